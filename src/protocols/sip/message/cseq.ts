/** CSeq (RFC 3261 §20.16): a number below 2³¹ and the method. */
import { isToken, parseDigits, skipSpace, tokenEnd } from './scan.ts'

export interface CSeq {
  readonly number: number
  readonly method: string
}

const most = 2 ** 31 - 1

export function parseCSeq(value: string): CSeq | undefined {
  const end = tokenEnd(value, 0)
  const number = parseDigits(value.slice(0, end), most)
  const method = value.slice(skipSpace(value, end))
  return number === undefined || !isToken(method) ? undefined : { number, method }
}

export function formatCSeq({ number, method }: CSeq): string {
  return `${number} ${method}`
}
