/** One-time sign-in codes: shown in the terminal of whoever started the gateway, entered in the console, good once and for a short while. */
import { createHash } from 'node:crypto'
import type { Engine } from '../../calls/engine.ts'
import type { Timer } from '../../lib/clock.ts'

/** ms */
export const codeLife = 15 * 60_000
/** Between two codes that nobody asked for by hand, ms. */
const renewal = 60_000

export interface SignInCodes {
  /** Draws a code and shows it, where codes are wanted. */
  issue(): Promise<void>
  /** True once for a code that is good; then it is used. */
  use(code: string): Promise<boolean>
  /** Somebody tried a code that is none (any more): the terminal shows a new one, at most once a minute. */
  renew(): Promise<void>
}

export interface SignInCodesOptions {
  readonly engine: Pick<Engine, 'coordination' | 'ids' | 'clock' | 'scope'>
  /** May whoever sees the terminal sign in by it at this moment? */
  readonly wanted: () => Promise<boolean>
  /** `XXXX-XXXX`. */
  readonly show: (code: string) => void
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export function signInCodes({ engine, wanted, show }: SignInCodesOptions): SignInCodes {
  const { coordination, ids, clock, scope } = engine
  let resting: Timer | undefined
  scope.defer(() => resting?.cancel())
  const issue = async (): Promise<void> => {
    if (!(await wanted())) return
    const bytes = Buffer.from(ids.token(8), 'base64url')
    const code = Array.from(bytes, (byte) => alphabet[byte & 31]).join('')
    await coordination.set(keyOf(code), '1', codeLife)
    show(`${code.slice(0, 4)}-${code.slice(4)}`)
    resting?.cancel()
    resting = clock.timer(renewal, () => (resting = undefined))
  }
  return {
    issue,
    use: async (typed) => (await coordination.take(keyOf(plain(typed)))) !== undefined,
    renew: async () => {
      if (!resting) await issue()
    },
  }
}

/** As people type it: lower case, spaces, the letters that look like digits. */
function plain(typed: string): string {
  return typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
}

/** Only its hash is kept, like any secret's. */
function keyOf(code: string): string {
  return `sign-in:${createHash('sha256').update(code).digest('hex')}`
}
