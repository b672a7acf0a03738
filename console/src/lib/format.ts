/** Times, durations, money and names as people read them. */

const locale = 'en-GB'
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
const dayOf = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
const yearOf = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
const fullOf = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' })

/** `03:07`, or `1:02:03` from an hour on. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`
}

/** A short span: `240 ms`, `1.4 s`, `3 min`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.round(ms / 60_000)} min`
}

/** `14:03` today, `12 Nov 14:03` this year, with the year before that. */
export function moment(at: number, now: number): string {
  const [date, today] = [new Date(at), new Date(now)]
  const time = clock.format(date)
  if (date.toDateString() === today.toDateString()) return time
  const day = date.getFullYear() === today.getFullYear() ? dayOf : yearOf
  return `${day.format(date)} ${time}`
}

export function fullTime(at: number): string {
  return fullOf.format(at)
}

/** `just now`, `4 min ago`, `3 h ago`, then the date. */
export function ago(at: number, now: number): string {
  const past = now - at
  if (past < 45_000) return 'just now'
  if (past < 3_600_000) return `${Math.max(1, Math.round(past / 60_000))} min ago`
  if (past < 86_400_000) return `${Math.round(past / 3_600_000)} h ago`
  return moment(at, now)
}

export function money(cost: { readonly amount: number; readonly currency: string }): string {
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: cost.currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: 4,
  }).format(cost.amount)
}

export function count(value: number): string {
  return new Intl.NumberFormat(locale).format(value)
}

/** `+1 415 555 0100` for the numbers of the longest plan; others keep their digits in groups that can be read aloud. */
export function phone(number: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number)
  if (american) return `+1 ${american[1]} ${american[2]} ${american[3]}`
  return number
}

const statuses: Readonly<Record<string, string>> = {
  queued: 'Queued',
  initiated: 'Dialling',
  ringing: 'Ringing',
  'in-progress': 'Live',
  completed: 'Completed',
  busy: 'Busy',
  'no-answer': 'No answer',
  failed: 'Failed',
  canceled: 'Cancelled',
}

export type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad'

/** A call's status in words, with the colour that it means. */
export function callStatus(status: string): { readonly label: string; readonly tone: Tone } {
  return { label: statuses[status] ?? status, tone: statusTone(status) }
}

function statusTone(status: string): Tone {
  if (status === 'in-progress') return 'good'
  if (status === 'ringing' || status === 'initiated' || status === 'queued') return 'accent'
  if (status === 'failed') return 'bad'
  if (status === 'busy' || status === 'no-answer') return 'warn'
  return 'neutral'
}

/** `caller-hangup` → `Caller hangup`, `sip` → `SIP`: identifiers of the API as words. */
export function words(identifier: string): string {
  const text = identifier
    .replaceAll(/[-_.]/g, ' ')
    .replaceAll(/\b(?:api|rtp|sip|url)\b/g, (short) => short.toUpperCase())
  return text.charAt(0).toUpperCase() + text.slice(1)
}
