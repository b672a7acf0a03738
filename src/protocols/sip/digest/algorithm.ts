/** Hashes of digest authentication (RFC 7616 §3.4, RFC 8760 §2): how much each is worth, and the values made with them. */
import { createHash } from 'node:crypto'

export type Hash = 'MD5' | 'SHA-256' | 'SHA-512-256'
export type Algorithm = Hash | `${Hash}-sess`

/** Best first. */
export const hashes: readonly Hash[] = ['SHA-512-256', 'SHA-256', 'MD5']

/** Absent is MD5 (RFC 8760 §2.1); undefined: one we do not know. */
export function parseAlgorithm(text: string | undefined): Algorithm | undefined {
  const wanted = (text ?? 'MD5').toUpperCase()
  const hash = hashes.find((name) => wanted === name || wanted === `${name}-SESS`)
  return hash && (wanted === hash ? hash : `${hash}-sess`)
}

export function hashOf(algorithm: Algorithm): Hash {
  return algorithm.replace('-sess', '') as Hash // what is left without it is one
}

const names: Readonly<Record<Hash, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }

function digest(hash: Hash, ...parts: readonly (string | Uint8Array)[]): string {
  const sum = createHash(names[hash])
  for (const [index, part] of parts.entries()) sum.update(index === 0 ? '' : ':').update(part)
  return sum.digest('hex')
}

/** What may be kept in place of a password: it opens this realm, and no other. */
export function storedHash(hash: Hash, username: string, realm: string, password: string): string {
  return digest(hash, username, realm, password)
}

export interface Proof {
  readonly algorithm: Algorithm
  /** `storedHash`, also for `-sess`. */
  readonly stored: string
  readonly nonce: string
  readonly method: string
  /** digest-uri as it stands in the header. */
  readonly uri: string
  readonly body: Uint8Array
  /** Absent: as RFC 2069 had it. */
  readonly qop?: { readonly type: 'auth' | 'auth-int'; readonly nc: string; readonly cnonce: string }
  /** `-sess` without qop has one as well. */
  readonly cnonce?: string
}

/** The `response` (RFC 7616 §3.4.1–§3.4.3). */
export function prove({ algorithm, stored, nonce, method, uri, body, qop, cnonce = qop?.cnonce }: Proof): string {
  const hash = hashOf(algorithm)
  const secret = algorithm === hash ? stored : digest(hash, stored, nonce, cnonce ?? '')
  const asked = qop?.type === 'auth-int' ? digest(hash, method, uri, digest(hash, body)) : digest(hash, method, uri)
  if (!qop) return digest(hash, secret, nonce, asked)
  return digest(hash, secret, nonce, qop.nc, qop.cnonce, qop.type, asked)
}
