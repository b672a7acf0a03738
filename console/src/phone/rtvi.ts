/** RTVI on the data channel: what the other side tells us as values, what we tell it as text. */

/** The protocol we speak. */
const version = '2.1.0'

/** What arrives, as far as a telephone cares. */
export type Told =
  | { readonly type: 'ready'; readonly call: string | undefined }
  | { readonly type: 'caller-started' | 'caller-stopped' | 'agent-started' | 'agent-stopped' | 'interrupted' }
  | { readonly type: 'caller-text'; readonly text: string; readonly final: boolean }
  /** A piece of what the agent is about to say. */
  | { readonly type: 'agent-text'; readonly text: string }
  /** All that was heard of a reply, once it is over. */
  | { readonly type: 'agent-said'; readonly text: string }
  | { readonly type: 'reply-started' }
  | { readonly type: 'tool'; readonly name: string; readonly stage: 'called' | 'returned' | 'cancelled' }
  | { readonly type: 'trouble'; readonly message: string; readonly fatal: boolean }
  | { readonly type: 'left' }
  | { readonly type: 'renegotiate' }

type Fields = Readonly<Record<string, unknown>>

const plain: Readonly<Record<string, Told>> = {
  'user-started-speaking': { type: 'caller-started' },
  'user-stopped-speaking': { type: 'caller-stopped' },
  'bot-started-speaking': { type: 'agent-started' },
  'bot-stopped-speaking': { type: 'agent-stopped' },
  'bot-interrupted': { type: 'interrupted' },
  'bot-llm-started': { type: 'reply-started' },
}

/** One message of the channel; undefined for what is no concern of ours, or no JSON. */
export function readTold(text: string): Told | undefined {
  const message = fieldsOf(parsed(text))
  if (!message) return undefined
  const data = fieldsOf(message['data']) ?? {}
  const type = wordOf(message['type'])
  if (type === 'signalling') return signalOf(fieldsOf(message['message']))
  if (message['label'] !== 'rtvi-ai') return undefined
  return plain[type] ?? wordsOf(type, data) ?? factOf(type, data)
}

function signalOf(message: Fields | undefined): Told | undefined {
  const type = wordOf(message?.['type'])
  if (type === 'peerLeft') return { type: 'left' }
  return type === 'renegotiate' ? { type: 'renegotiate' } : undefined
}

function wordsOf(type: string, data: Fields): Told | undefined {
  const text = wordOf(data['text'])
  switch (type) {
    case 'user-transcription':
      return { type: 'caller-text', text, final: data['final'] === true }
    case 'bot-llm-text':
      return { type: 'agent-text', text }
    // The same words come as sentences and for the voice, too: once is enough.
    case 'bot-transcription':
      return { type: 'agent-said', text }
    default:
      return undefined
  }
}

function factOf(type: string, data: Fields): Told | undefined {
  switch (type) {
    case 'bot-ready':
      return { type: 'ready', call: wordOf(data['call']) || undefined }
    case 'error':
    case 'error-response': {
      const message = wordOf(data['message']) || wordOf(data['error']) || 'The gateway reported an error without words.'
      return { type: 'trouble', message, fatal: data['fatal'] === true }
    }
    case 'llm-function-call-in-progress':
      return { type: 'tool', name: wordOf(data['function_name']), stage: 'called' }
    case 'llm-function-call-stopped':
      return {
        type: 'tool',
        name: wordOf(data['function_name']),
        stage: data['cancelled'] === true ? 'cancelled' : 'returned',
      }
    default:
      return undefined
  }
}

/** What we may say; `id` comes back with the answer. */
export type Saying =
  | { readonly type: 'client-ready' }
  | { readonly type: 'disconnect-bot' }
  | { readonly type: 'dtmf'; readonly buttons: readonly string[] }
  | { readonly type: 'client-message'; readonly t: string; readonly d?: unknown }

export function writeSaying(saying: Saying, id: string): string {
  const { type, ...fields } = saying
  const data = type === 'client-ready' ? { version, about: { library: 'offhook-console', platform: 'web' } } : fields
  return JSON.stringify({ label: 'rtvi-ai', type, id, data })
}

/** Keeps the line alive; plain text, not JSON. */
export function pingAt(now: number): string {
  return `ping: ${now}`
}

/** Tells the other side that the microphone (0) was switched. */
export function trackStatus(enabled: boolean): string {
  return JSON.stringify({ type: 'signalling', message: { type: 'trackStatus', receiver_index: 0, enabled } })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // pings and anything else that is not JSON
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  // Parse boundary: an object that is no array has string keys.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
