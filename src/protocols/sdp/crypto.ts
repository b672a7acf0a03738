/** Keys of SRTP in a description (RFC 4568 §4): `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:…`. */
import { isSuiteName, suites, type MasterKey, type SuiteName } from '../srtp/suites.ts'

export interface CryptoLine extends MasterKey {
  /** Tells the lines of one description apart; the answer repeats the one it takes. */
  readonly tag: number
}

/**
 * Undefined for what we must not take: another suite, a key of another length, an MKI, or session parameters, none of which we
 * have (§6.3: a line with a parameter that is not understood is no line for us). A lifetime is passed by: no call lasts 2^31 packets.
 */
export function readCrypto(value: string): CryptoLine | undefined {
  const parts = /^(\d{1,9})\s+(\S{1,64})\s+inline:([A-Za-z0-9+/]{1,128}={0,2})(?:\|(?:2\^\d{1,2}|\d{1,15}))?$/.exec(
    value.trim(),
  )
  const [, tag = '', suite = '', key = ''] = parts ?? []
  if (!parts || !isSuiteName(suite)) return undefined
  const secret = Uint8Array.from(Buffer.from(key, 'base64'))
  return secret.length === secretLength(suite) ? { tag: Number(tag), suite, secret } : undefined
}

export function writeCrypto({ tag, suite, secret }: CryptoLine): string {
  return `a=crypto:${tag} ${suite} inline:${Buffer.from(secret).toString('base64')}`
}

/** Bytes of key and salt together. */
export function secretLength(suite: SuiteName): number {
  return suites[suite].key + suites[suite].salt
}
