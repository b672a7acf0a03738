/** message/sipfrag (RFC 3420) as NOTIFYs of a transfer hold it: one status line. */

export const fragment = (status: number, reason: string): Uint8Array =>
  Buffer.from(`SIP/2.0 ${status} ${reason.replaceAll(/[\r\n]+/g, ' ')}\r\n`)

/** Undefined: nothing that says how it goes. */
export function statusOf(text: string): { readonly status: number; readonly reason: string } | undefined {
  const found = /^\s*SIP\/2\.0 ([1-6]\d\d)(?: ([^\r\n]{0,200}))?/.exec(text)
  return found ? { status: Number(found[1]), reason: found[2]?.trim() ?? '' } : undefined
}
