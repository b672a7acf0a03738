/** The messages of ConversationRelay, both ways. */
import { parseFields, text, type Fields } from '../../../protocols/json-media/fields.ts'
import type { WireMessage } from '../../../spec/carrier.ts'
import type { ModelInput, ModelSocketEvent } from '../../../spec/speech.ts'

interface State {
  readonly setup: object
  readonly language: string
  readonly tools: number
  /** What it was told that it did wrong: the operator hears of each once. */
  readonly told: readonly string[]
}

interface Step {
  readonly state: State
  readonly events: readonly ModelSocketEvent[]
  readonly messages: readonly WireMessage[]
}

/** Nobody waits for more. */
const longestLoop = 10

export function begin(setup: object, language: string): State {
  return { setup, language, tools: 0, told: [] }
}

export function step(state: State, input: ModelInput): Step {
  switch (input.type) {
    case 'opened':
      return send(state, state.setup)
    case 'turn':
      return send(state, { type: 'prompt', voicePrompt: input.text, lang: state.language, last: true })
    case 'digits':
      return send(state, ...[...input.digits].map((digit) => ({ type: 'dtmf', digit })))
    case 'interrupted':
      return send(state, {
        type: 'interrupt',
        ...{ utteranceUntilInterrupt: input.heard, durationUntilInterruptMs: input.heardMs },
      })
    case 'message':
      return heard(state, 'text' in input.message ? parseFields(input.message.text) : undefined)
    case 'idle':
    case 'finish':
      return send(state)
    default:
      return input satisfies never
  }
}

function send(state: State, ...messages: readonly object[]): Step {
  return { state, events: [], messages: messages.map((message) => ({ text: JSON.stringify(message) })) }
}

function heard(state: State, message: Fields | undefined): Step {
  if (!message) return wrong(state, 'a message is a JSON object')
  switch (message['type']) {
    case 'text': {
      const { token, last, interruptible } = message
      if (typeof token !== 'string') return wrong(state, 'text has a token')
      const shielded = interruptible === false && ({ shielded: true } as const)
      return { state, events: [{ type: 'text', delta: token, last: last === true, ...shielded }], messages: [] }
    }
    case 'sendDigits': {
      const digits = text(message, 'digits')
      if (!digits || !/^[\dw#*]+$/.test(digits)) return wrong(state, 'digits are 0-9, w, # and *')
      return tool(state, 'send_digits', { digits })
    }
    case 'end': {
      const handoff = text(message, 'handoffData')
      return tool(state, 'hang_up', handoff === undefined ? {} : { handoffData: handoff.slice(0, 10_000) })
    }
    case 'play': {
      const url = text(message, 'source')
      if (!url || !/^https?:\/\//.test(url) || !URL.canParse(url)) return wrong(state, 'play has a source, an address')
      const times = Math.min(longestLoop, Math.max(1, Number(message['loop'] ?? 1) || 1))
      return { state, events: Array.from({ length: times }, () => ({ type: 'play', url })), messages: [] }
    }
    case 'language': {
      const language = text(message, 'transcriptionLanguage') ?? text(message, 'ttsLanguage')
      if (!language) return wrong(state, 'language has a ttsLanguage or a transcriptionLanguage')
      return { state: { ...state, language: language.slice(0, 20) }, events: [], messages: [] }
    }
    default:
      return wrong(state, 'there are text, play, language, sendDigits and end')
  }
}

function tool(state: State, name: string, given: Readonly<Record<string, unknown>>): Step {
  const tools = state.tools + 1
  const call = { id: `bot_${tools}`, name, arguments: given }
  return { state: { ...state, tools }, events: [{ type: 'tool', call }], messages: [] }
}

/** The bot is told each time, the session goes on. */
function wrong(state: State, why: string): Step {
  const known = state.told.includes(why)
  const { messages } = send(state, { type: 'error', description: `Invalid message: ${why}` })
  const failed = {
    type: 'failed',
    code: 'vendor.failed',
    message: `a message was passed over: ${why}`,
    fatal: false,
  } as const
  return { state: known ? state : { ...state, told: [...state.told, why] }, events: known ? [] : [failed], messages }
}
