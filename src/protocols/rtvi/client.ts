/** What a client sends over its data channel: RTVI messages, pings and signalling, read from text. */
import { jsonIn } from '../../lib/json.ts'

export type ClientMessage =
  | { readonly type: 'ping' }
  /** `receiver` 0: microphone, 1: camera, 2: screen. */
  | { readonly type: 'track'; readonly receiver: number; readonly enabled: boolean }
  | { readonly type: 'ready'; readonly id: string; readonly version: string }
  | { readonly type: 'message'; readonly id: string; readonly name: string; readonly data: unknown }
  | {
      readonly type: 'text'
      readonly id: string
      readonly content: string
      /** Answer now, and not only take note. */
      readonly immediate: boolean
      readonly aloud: boolean
    }
  | { readonly type: 'digits'; readonly id: string; readonly digits: readonly string[] }
  | { readonly type: 'disconnect'; readonly id: string }
  | { readonly type: 'result'; readonly id: string; readonly call: string }
  /** RTVI, but nothing that we know or can read: answered with an error. */
  | { readonly type: 'refused'; readonly id: string; readonly why: string }
  /** No RTVI at all. */
  | { readonly type: 'malformed'; readonly why: string }

/** Keys of a keypad; more in one message is no caller's doing. */
const mostDigits = 64
const longestText = 10_000

export function readClient(text: string): ClientMessage {
  if (text.startsWith('ping')) return { type: 'ping' }
  const message = record(jsonIn(text))
  if (!message) return { type: 'malformed', why: 'the message is no JSON object' }
  if (message['type'] === 'signalling') return signalling(record(message['message']))
  if (message['label'] !== 'rtvi-ai') return { type: 'malformed', why: 'the message has no label "rtvi-ai"' }
  const id = typeof message['id'] === 'string' ? message['id'].slice(0, 100) : ''
  const type = typeof message['type'] === 'string' ? message['type'] : ''
  return rtvi(type, id, record(message['data']) ?? {})
}

function signalling(message: Fields | undefined): ClientMessage {
  const receiver = message?.['receiver_index']
  if (message?.['type'] !== 'trackStatus' || typeof receiver !== 'number')
    return { type: 'malformed', why: 'the signalling message is unknown' }
  return { type: 'track', receiver, enabled: message['enabled'] === true }
}

function rtvi(type: string, id: string, data: Fields): ClientMessage {
  switch (type) {
    case 'client-ready':
      return { type: 'ready', id, version: typeof data['version'] === 'string' ? data['version'] : '' }
    case 'client-message':
      return typeof data['t'] === 'string' && data['t'] !== ''
        ? { type: 'message', id, name: data['t'].slice(0, 200), data: data['d'] }
        : refused(id, 'client-message needs "t": what it is about')
    case 'send-text':
      return sendText(id, data)
    case 'dtmf':
      return digits(id, data)
    case 'disconnect-bot':
      return { type: 'disconnect', id }
    case 'llm-function-call-result':
      return { type: 'result', id, call: String(data['tool_call_id'] ?? '').slice(0, 100) }
    case 'append-to-context':
      return refused(id, 'append-to-context is no longer part of RTVI: use send-text')
    default:
      return refused(id, `There is no message type "${type.slice(0, 60)}" here`)
  }
}

function sendText(id: string, data: Fields): ClientMessage {
  const content = data['content']
  if (typeof content !== 'string' || content.trim() === '') return refused(id, 'send-text needs "content"')
  if (content.length > longestText)
    return refused(id, `send-text takes ${longestText} characters, not ${content.length}`)
  const options = record(data['options']) ?? {}
  const on = (name: string): boolean => options[name] !== false
  return { type: 'text', id, content, immediate: on('run_immediately'), aloud: on('audio_response') }
}

/** `buttons` since 2.1.0; one `button` a message before. */
function digits(id: string, data: Fields): ClientMessage {
  const given: readonly unknown[] = Array.isArray(data['buttons']) ? data['buttons'] : [data['button']]
  const keys = given.filter((key): key is string => typeof key === 'string' && /^[0-9*#A-D]$/.test(key))
  if (keys.length === 0 || keys.length < given.length) return refused(id, 'dtmf needs "buttons": keys of 0-9 * #')
  if (keys.length > mostDigits) return refused(id, `dtmf takes ${mostDigits} keys at a time, not ${keys.length}`)
  return { type: 'digits', id, digits: keys }
}

function refused(id: string, why: string): ClientMessage {
  return { type: 'refused', id, why }
}

type Fields = Readonly<Record<string, unknown>>

function record(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined // just checked
}
