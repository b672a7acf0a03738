/** Why a call ends, as the Reason header says it (RFC 3326): written and read. */
import type { SipHeader, SipMessage } from '../message/message.ts'
import { headerValues } from '../message/headers.ts'

export interface Why {
  readonly status?: number
  readonly reason?: string
  readonly q850?: number
}

/** Reason values for BYE, CANCEL and refusals; nothing where nothing is known. */
export function reasonHeaders(why: Why): readonly SipHeader[] {
  const { status, q850 } = why
  const values: string[] = []
  if (q850 !== undefined) values.push(value('Q.850', q850, why.reason))
  if (status !== undefined) values.push(value('SIP', status, why.reason))
  return values.map((value) => ({ name: 'Reason', value }))
}

function value(protocol: string, cause: number, text: string | undefined): string {
  const quoted = text?.replaceAll(/[\p{Cc}]/gu, ' ').replaceAll(/["\\]/g, String.raw`\$&`)
  return `${protocol};cause=${cause}${quoted ? `;text="${quoted}"` : ''}`
}

/** What the peer's Reason headers say: the Q.850 cause, and the first text. */
export function reasonOf(message: SipMessage): { readonly q850?: number; readonly text?: string } {
  let q850: number | undefined
  let text: string | undefined
  for (const value of headerValues(message, 'reason')) {
    const cause = /;\s*cause\s*=\s*"?(\d{1,4})/i.exec(value)?.[1]
    if (/^\s*q\.850/i.test(value) && cause) q850 ??= Number(cause)
    text ??= /;\s*text\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(value)?.[1]?.replaceAll(/\\(.)/g, '$1')
  }
  return { ...(q850 !== undefined && { q850 }), ...(text && { text: text.slice(0, 200) }) }
}
