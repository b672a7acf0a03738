/** Dates as Twilio writes them: RFC 2822, `Sat, 07 May 2022 14:30:14 +0000`. */

export function rfc2822(time: number): string {
  return new Date(time).toUTCString().replace('GMT', '+0000')
}
