/** How often somebody may fail to sign in: per address, and per name that is tried. Who succeeds starts afresh. */
import type { Engine } from '../../calls/engine.ts'
import { OffhookError } from '../../spec/errors.ts'

/** ms */
const window = 15 * 60_000
const perAddress = 20
const perName = 10
/** Of codes, from everywhere: eight letters are few. */
const codesInAll = 50

export interface Attempt {
  /** It was right: forget the failures before it. */
  succeeded(): Promise<void>
}

/** Counts an attempt before it is looked at. Throws `request.rate-limited`. `name`: an email address in lower case, or `code`. */
export async function attempt(
  { coordination }: Pick<Engine, 'coordination'>,
  address: string,
  name?: string,
): Promise<Attempt> {
  const counted: readonly (readonly [string, number])[] = [
    [`attempts:address:${address}`, perAddress],
    ...(name === undefined ? [] : [[`attempts:name:${name}`, name === 'code' ? codesInAll : perName] as const]),
  ]
  for (const [key, most] of counted) {
    if ((await coordination.count(key, window)) <= most) continue
    const message = 'Too many attempts to sign in: wait a quarter of an hour, or ask an owner to set a new password'
    throw new OffhookError('request.rate-limited', message)
  }
  return {
    async succeeded() {
      for (const [key] of counted) await coordination.remove(key)
    },
  }
}
