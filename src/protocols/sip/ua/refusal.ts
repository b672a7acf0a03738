/** How a refusal reads as the end of a session. */
import { header } from '../message/headers.ts'
import type { SipResponse } from '../message/message.ts'
import type { SessionEnd } from './contract.ts'
import { reasonOf } from './reason.ts'

/** `why`: what we could do nothing about, such as a challenge without credentials. */
export function refusalEnd(response: SipResponse, why?: string): SessionEnd {
  const { status } = response
  const { q850, text } = reasonOf(response)
  const said = `The peer answered ${status} ${response.reason}`.trim()
  const more = why ?? text
  const retryAfter = /^\s*(\d{1,9})/.exec(header(response, 'retry-after') ?? '')?.[1]
  return {
    by: 'peer',
    status,
    reason: more === undefined ? said : `${said}: ${more}`,
    response,
    ...(q850 !== undefined && { q850 }),
    ...(retryAfter !== undefined && { retryAfter: Number(retryAfter) }),
  }
}
