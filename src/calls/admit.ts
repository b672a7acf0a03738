/** A media stream that says who it is: which call it belongs to, and whether it may. */
import type { CarrierSpec } from '../spec/carrier.ts'
import type { InboundRequest } from '../spec/http.ts'
import type { Connection } from '../store/contract.ts'
import type { Engine } from './engine.ts'
import { receiveCall } from './inbound.ts'
import type { LiveCall } from './live.ts'
import { nowOf } from './operation.ts'
import type { Recognised, StartedEvent } from './recognise.ts'
import { isStreamToken, readStreamToken } from './stream-token.ts'

/** How a stranger came to the media socket. */
export interface Knock {
  /** Of the address's path: it was known when the socket was accepted. */
  readonly token?: string
  /** The upgrade: what else it bears. */
  readonly request: InboundRequest
}

type Claim = Recognised<CarrierSpec>
type Refused = { readonly refused: string }

export interface Admitted {
  readonly live: LiveCall
  readonly claim: Claim
  /** What it came with, to be kept out of every record. */
  readonly token?: string
}

/** `claims`: whose stream it may be by its words; the token says which of them. */
export async function admit(engine: Engine, knock: Knock, claims: readonly Claim[]): Promise<Admitted | Refused> {
  const token = tokenOf(knock, claims)
  const admitted = await (token === undefined
    ? bySignature(engine, knock.request, claims)
    : isStreamToken(token)
      ? byStreamToken(engine, token, claims)
      : byCallToken(engine, token, claims))
  if ('refused' in admitted) return admitted
  const { live, claim } = admitted
  const refused = await misfit(engine, live, claim.started)
  if (refused !== undefined) return { refused }
  await live.recordingOpen(claim.started.format.rate)
  return { ...admitted, ...(token === undefined ? {} : { token }) }
}

/** In the address, else in the start message, else where a carrier can put one: query, its own header, credentials. */
function tokenOf({ token, request }: Knock, claims: readonly Claim[]): string | undefined {
  const { query, headers } = request
  const own = claims.flatMap(({ stream }) => (stream.tokenHeader ? (headers[stream.tokenHeader] ?? []) : []))
  const handed = [token, ...claims.map(({ started }) => started.token), query.get('token'), ...own]
  return handed.find((one) => one) ?? credentialsIn(headers).find(isStreamToken)
}

/** What else stands there is the carrier's: see `webhook.verify`. */
function credentialsIn(headers: Readonly<Record<string, string>>): readonly string[] {
  const [, scheme = '', value = ''] = /^(basic|bearer)\s+(\S+)$/i.exec(headers['authorization'] ?? '') ?? []
  if (scheme.toLowerCase() !== 'basic') return [value]
  return [
    Buffer.from(value, 'base64')
      .toString()
      .replace(/^[^:]*:/, ''),
  ]
}

type Found = { readonly live: LiveCall; readonly claim: Claim } | Refused

const foreign: Refused = { refused: 'the token is of another carrier than the stream' }

/** A call of ours waits for it. */
async function byCallToken(engine: Engine, token: string, claims: readonly Claim[]): Promise<Found> {
  const issuedTo = await engine.tokens.carrier(token)
  if (issuedTo === undefined) return { refused: 'media token unknown' }
  const claim = claims.find(({ carrier }) => carrier.name === issuedTo)
  if (!claim) return foreign
  const claimed = await engine.tokens.claim(token, { carrier: issuedTo, ref: claim.started.ref })
  if (!claimed.ok) return { refused: `media token ${claimed.why}` }
  // The call goes where its media is: a load balancer need not know who answered it.
  const live = await engine.take(claimed.grant.call)
  return live ? { live, claim } : { refused: 'the call has ended' }
}

/** A call that begins with its stream. */
async function byStreamToken(engine: Engine, token: string, claims: readonly Claim[]): Promise<Found> {
  const granted = await readStreamToken(engine, token)
  if (typeof granted === 'string') return { refused: `stream token ${granted}` }
  const claim = claims.find(({ carrier }) => carrier.name === granted.record.provider)
  return claim ? begin(engine, granted.record, claim, granted.answers) : foreign
}

/** No token: the carrier proves that it comes from the account of one of our connections. */
async function bySignature(engine: Engine, request: InboundRequest, claims: readonly Claim[]): Promise<Found> {
  for (const claim of claims) {
    const { carrier, started } = claim
    if (!claim.stream.signed || !carrier.webhook || started.account === undefined) continue
    for (const connection of await engine.store.connections.findByAccount(carrier.name, started.account)) {
      const verdict = carrier.webhook.verify(request, carrier.settings.parse(connection.settings), nowOf(engine))
      if (verdict.ok) return begin(engine, connection, claim, undefined)
    }
  }
  return { refused: 'the stream came without a token' }
}

/** Who answers: an agent, the agent of a number, or that of the number that was called. */
async function begin(
  engine: Engine,
  connection: Connection,
  claim: Claim,
  answers: string | undefined,
): Promise<Found> {
  const { store } = engine
  const { organization } = connection
  const { ref = engine.ids.id('stream'), from, to = '', parameters } = claim.started
  const called = to || (parameters['to'] ?? '')
  const named = answers === undefined ? undefined : await store.numbers.get(organization, answers)
  const number = named ?? (answers === undefined ? await store.numbers.find(connection.id, called) : undefined)
  const agent = number?.agent ?? (answers && (await store.agents.get(organization, answers))?.id)
  if (!agent) return { refused: 'no agent answers this stream' }
  const { token: _, ...variables } = parameters
  const { live } = await receiveCall(engine, connection, {
    ...{ type: 'call.offered', streamed: true, ref, agent, variables },
    ...{ from: from ?? parameters['from'] ?? '', to: number?.number ?? called },
  })
  return { live, claim }
}

/** Why a stream is not the call's after all. */
async function misfit(engine: Engine, live: LiveCall, started: StartedEvent): Promise<string | undefined> {
  if (live.running.ended) return 'the call has ended'
  const { ref, plan } = live.running.call
  if (ref !== undefined && started.ref !== undefined && ref !== started.ref) return 'the stream belongs to another call'
  const { account } = await engine.connection(plan.connection)
  if (account !== undefined && started.account !== undefined && account !== started.account)
    return 'the stream belongs to another account'
  return undefined
}
