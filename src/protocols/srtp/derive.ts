/** Session keys out of a master key (RFC 3711 §4.3): one derivation per purpose, none repeated (the rate is zero). */
import { createCipheriv } from 'node:crypto'
import { suites, type MasterKey } from './suites.ts'

export interface SessionKey {
  readonly cipher: Uint8Array
  /** For HMAC-SHA1; GCM needs none. */
  readonly auth: Uint8Array
  readonly salt: Uint8Array
}

const authLength = 20
const saltLength = 14

export function deriveKeys({ suite, secret }: MasterKey): { readonly rtp: SessionKey; readonly rtcp: SessionKey } {
  const { key, salt } = suites[suite]
  const master = secret.subarray(0, key)
  // A salt of GCM has 96 bits: zeros follow it (RFC 7714 §11).
  const masterSalt = new Uint8Array(saltLength)
  masterSalt.set(secret.subarray(key, key + salt))
  const keys = (label: number): SessionKey => ({
    cipher: pseudorandom(master, masterSalt, label, key),
    auth: pseudorandom(master, masterSalt, label + 1, authLength),
    salt: pseudorandom(master, masterSalt, label + 2, salt),
  })
  return { rtp: keys(0), rtcp: keys(3) }
}

/** AES in counter mode over zeros (§4.3.3), from the salt with the label in its eighth byte. */
function pseudorandom(key: Uint8Array, salt: Uint8Array, label: number, length: number): Uint8Array {
  const counter = new Uint8Array(16)
  counter.set(salt)
  counter[7] = counter[7]! ^ label
  return createCipheriv(`aes-${key.length * 8}-ctr`, key, counter).update(new Uint8Array(length))
}
