/** Passwords: scrypt with a salt for each, compared in constant time, a bounded number at once. */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'
import { OffhookError } from '../../spec/errors.ts'

/** OWASP's figure for scrypt: 2^15 with 8 and 3 costs 32 MiB and some 0.2 s. */
const cost = { N: 32_768, r: 8, p: 3 } as const
const keyBytes = 32
/** Bytes; above twice what the cost takes. */
const mostMemory = 100_000_000
/** Computed at once; more wait. */
const together = 2
/** Waiting: more is no sign-in any more. */
const mostWaiting = 50

const derive = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)

/** `scrypt$32768$8$3$salt$key`, both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derived(password, salt, cost)
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** Takes as long for nobody's password (`kept` undefined) as for somebody's. */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const { N, r, p, salt, key } = read(kept ?? nobodys)
  const given = await derived(password, salt, { N, r, p })
  return timingSafeEqual(given, key) && kept !== undefined
}

/** Of a password that nobody has: the key is no output of anything. */
const nobodys = ['scrypt', cost.N, cost.r, cost.p, 'A'.repeat(22), 'A'.repeat(43)].join('$')

function read(kept: string) {
  const [kind, N, r, p, salt, key] = kept.split('$')
  if (kind !== 'scrypt' || salt === undefined || key === undefined)
    throw new OffhookError('store.failed', 'A password was kept in a form that this version does not know')
  const bytes = (text: string) => Buffer.from(text, 'base64url')
  return { N: Number(N), r: Number(r), p: Number(p), salt: bytes(salt), key: bytes(key) }
}

let running = 0
const waiting: (() => void)[] = []

async function derived(password: string, salt: Uint8Array, { N, r, p }: Cost): Promise<Buffer> {
  await turn()
  try {
    return await derive(password.normalize('NFKC'), salt, keyBytes, { N, r, p, maxmem: mostMemory })
  } finally {
    running--
    waiting.shift()?.()
  }
}

interface Cost {
  readonly N: number
  readonly r: number
  readonly p: number
}

async function turn(): Promise<void> {
  if (running >= together) {
    if (waiting.length >= mostWaiting)
      throw new OffhookError('overloaded', 'Too many people sign in at this moment: try again in a few seconds')
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  running++
}
