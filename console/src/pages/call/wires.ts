/** Wire messages as they are shown: found by words, bodies laid out. */
import type { Schemas } from '../../lib/api.ts'

export type WireMessage = Schemas['WireMessage']

export function matching(
  messages: readonly WireMessage[],
  { channel, text }: { readonly channel: string; readonly text: string },
): readonly WireMessage[] {
  const wanted = text.trim().toLowerCase()
  return messages.filter(
    (message) =>
      (channel === 'all' || message.channel === channel) &&
      (wanted === '' || `${message.title}\n${message.body}`.toLowerCase().includes(wanted)),
  )
}

/** JSON with a line for each field; forms with a line for each pair; everything else as it came. */
export function laidOut(body: string): string {
  const trimmed = body.trim()
  if (/^[{[]/.test(trimmed)) return jsonOf(trimmed) ?? body
  if (/^[\w.%+-]+=[^\s&]*(&[\w.%+-]+=[^\s&]*)+$/.test(trimmed))
    return [...new URLSearchParams(trimmed)].map(([name, value]) => `${name}: ${value}`).join('\n')
  return body
}

function jsonOf(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return undefined // looked like JSON; it is shown as it came
  }
}

/** `1.2 kB` */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
