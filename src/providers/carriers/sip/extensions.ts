/** Softphones of one's own: who of them is registered where, and how they are reached. Who they are was proved before. */
import type { Clock } from '../../../lib/clock.ts'
import { header } from '../../../protocols/sip/message/headers.ts'
import type { SipRequest } from '../../../protocols/sip/message/message.ts'
import { sameUri } from '../../../protocols/sip/message/same.ts'
import { parseUri } from '../../../protocols/sip/message/uri.ts'
import { alive, register, type Binding, type Bindings } from '../../../protocols/sip/register/registrar.ts'
import type { Answer, Flow, Target } from '../../../protocols/sip/transport/contract.ts'
import type { LineStanding } from '../../../spec/listen.ts'
import type { Caller } from './doorkeeper.ts'
import { addressIn } from './numbers.ts'
import type { Trunk } from './trunk.ts'

export interface ExtensionsOptions {
  readonly clock: Clock
  /** Is this a host of ours, in an address such as `sip:101@…`? */
  readonly isOurs: (host: string) => boolean
}

/** Where an extension is: the phone that likes calls best. */
export interface Reachable {
  readonly uri: string
  readonly listener: string
}

export class Extensions {
  readonly #options: ExtensionsOptions
  /** By trunk and name. */
  readonly #bindings = new Map<string, Bindings>()

  constructor(options: ExtensionsOptions) {
    this.#options = options
  }

  /** Undefined: no extension of this trunk has that name. `away`: it has, and its phone is not here. */
  find(trunk: Trunk, to: string): Reachable | 'away' | undefined {
    const name = this.#nameIn(to)
    if (name === undefined || !trunk.extensions.has(name)) return undefined
    const [best] = this.#alive(trunk, name).toSorted((a, b) => b.preference - a.preference || b.expiresAt - a.expiresAt)
    return best ? { uri: best.contact, listener: best.flow.listener } : 'away'
  }

  /** A phone is reached by the way it registered, whatever its Contact says: behind NAT there is no other. */
  targets(uri: string): Promise<readonly Target[]> | undefined {
    const binding = this.#every().find(({ contact }) => sameUri(contact, uri))
    if (!binding) return undefined
    const { protocol, remote } = binding.flow
    return Promise.resolve([{ protocol, ...remote }])
  }

  register(request: SipRequest, flow: Flow, caller: Caller | undefined): Answer {
    const name = caller?.extension
    const [trunk] = caller?.trunks ?? []
    const wanted = addressIn(header(request, 'to'))?.uri
    const own = wanted?.scheme === 'sip' || wanted?.scheme === 'sips' ? wanted.user?.toLowerCase() : undefined
    // Nobody registers in another's name.
    if (name === undefined || trunk === undefined || own !== name) return { status: 403 }
    const key = keyOf(trunk, name)
    const { bindings, ...answer } = register(this.#bindings.get(key) ?? [], request, {
      now: this.#options.clock.now(),
      flow,
    })
    if (bindings.length > 0) this.#bindings.set(key, bindings)
    else this.#bindings.delete(key)
    return answer
  }

  /** Is it one of them who calls: by the very way it registered, under its own name? Its address may be a trunk's as well. */
  isFrom(request: SipRequest, flow: Flow): boolean {
    const uri = addressIn(header(request, 'from'))?.uri
    const name = uri?.scheme === 'sip' || uri?.scheme === 'sips' ? uri.user?.toLowerCase() : undefined
    const now = this.#options.clock.now()
    return [...this.#bindings].some(
      ([key, bindings]) =>
        key.endsWith(` ${name}`) && alive(bindings, now).some((binding) => binding.flow.id === flow.id),
    )
  }

  /** Extensions that are no more are not registered any more. */
  follow(trunks: readonly Trunk[]): void {
    const known = new Set(trunks.flatMap((trunk) => [...trunk.extensions.keys()].map((name) => keyOf(trunk, name))))
    for (const key of this.#bindings.keys()) if (!known.has(key)) this.#bindings.delete(key)
  }

  of(trunk: Trunk): LineStanding['extensions'] {
    return [...trunk.extensions.keys()].map((name) => {
      const contacts = this.#alive(trunk, name).map(({ flow, product, expiresAt }) => ({
        address: `${flow.protocol} ${flow.remote.address}:${flow.remote.port}`,
        ...(product === undefined ? {} : { product }),
        until: expiresAt,
      }))
      return { name, registered: contacts.length > 0, contacts }
    })
  }

  #nameIn(to: string): string | undefined {
    if (!/^sips?:/i.test(to)) return to.toLowerCase()
    const uri = parseUri(to)
    const ours = (uri?.scheme === 'sip' || uri?.scheme === 'sips') && this.#options.isOurs(uri.host)
    return ours ? uri.user?.toLowerCase() : undefined
  }

  #alive(trunk: Trunk, name: string): readonly Binding[] {
    return alive(this.#bindings.get(keyOf(trunk, name)) ?? [], this.#options.clock.now())
  }

  #every(): readonly Binding[] {
    return [...this.#bindings.values()].flatMap((bindings) => alive(bindings, this.#options.clock.now()))
  }
}

function keyOf({ id }: Trunk, name: string): string {
  return `${id} ${name}`
}
