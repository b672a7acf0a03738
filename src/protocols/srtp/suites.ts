/** The crypto suites of SRTP that we speak: lengths of keys, salts and tags. */

export type SuiteName =
  | 'AES_CM_128_HMAC_SHA1_80'
  | 'AES_CM_128_HMAC_SHA1_32'
  | 'AES_256_CM_HMAC_SHA1_80'
  | 'AEAD_AES_128_GCM'
  | 'AEAD_AES_256_GCM'

export interface Suite {
  readonly cipher: 'aes-128-ctr' | 'aes-256-ctr' | 'aes-128-gcm' | 'aes-256-gcm'
  /** Bytes of the master key. */
  readonly key: number
  /** Bytes of the master salt. */
  readonly salt: number
  /** Bytes of authentication after an RTP packet, and after an RTCP packet. */
  readonly tag: number
  readonly rtcpTag: number
}

/** RFC 4568 §6.2 (AES_CM_128), RFC 6188 §4 (AES_256_CM), RFC 7714 §12 (GCM). */
export const suites: Readonly<Record<SuiteName, Suite>> = {
  AES_CM_128_HMAC_SHA1_80: { cipher: 'aes-128-ctr', key: 16, salt: 14, tag: 10, rtcpTag: 10 },
  AES_CM_128_HMAC_SHA1_32: { cipher: 'aes-128-ctr', key: 16, salt: 14, tag: 4, rtcpTag: 10 },
  AES_256_CM_HMAC_SHA1_80: { cipher: 'aes-256-ctr', key: 32, salt: 14, tag: 10, rtcpTag: 10 },
  AEAD_AES_128_GCM: { cipher: 'aes-128-gcm', key: 16, salt: 12, tag: 16, rtcpTag: 16 },
  AEAD_AES_256_GCM: { cipher: 'aes-256-gcm', key: 32, salt: 12, tag: 16, rtcpTag: 16 },
}

export function isSuiteName(name: string): name is SuiteName {
  return Object.hasOwn(suites, name)
}

/** A master key and its salt, and what they are for. */
export interface MasterKey {
  readonly suite: SuiteName
  /** Key and salt, one after the other, as SDES writes them. */
  readonly secret: Uint8Array
}
