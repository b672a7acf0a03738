/** The only source of randomness: ids, tokens and jitter. Seeded in tests and replay. */
import { createHash, randomBytes } from 'node:crypto'

export interface Ids {
  /** A unique, time-free id such as `call_2fj3…` (prefix, underscore, 20 base-32 letters: 100 bits). */
  id(prefix: string): string
  /** An unguessable URL-safe secret of `bytes` random bytes (32 = 256 bits, 43 letters). */
  token(bytes?: number): string
  /** A number in [0, 1): jitter and phases, never secrets. */
  fraction(): number
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** Crockford's base 32, five bits a letter. */
function letters(bytes: Uint8Array, count: number): string {
  let text = ''
  for (let index = 0; index < count; index++) text += alphabet[bytes[index]! & 31]
  return text
}

function idsFrom(random: (bytes: number) => Uint8Array): Ids {
  return {
    id: (prefix) => `${prefix}_${letters(random(20), 20)}`,
    token: (bytes = 32) => Buffer.from(random(bytes)).toString('base64url'),
    fraction: () => Buffer.from(random(4)).readUInt32LE(0) / 2 ** 32,
  }
}

export const randomIds: Ids = idsFrom((bytes) => randomBytes(bytes))

/** Repeatable ids: the same seed draws the same sequence. For tests and replay only. */
export function seededIds(seed: string): Ids {
  let counter = 0
  return idsFrom((bytes) => {
    const chunks: Buffer[] = []
    for (let have = 0; have < bytes; have += 32)
      chunks.push(createHash('sha256').update(`${seed}:${counter++}`).digest())
    return Buffer.concat(chunks).subarray(0, bytes)
  })
}
