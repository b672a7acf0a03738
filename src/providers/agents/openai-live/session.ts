/** How a session is opened and set up, and what the server made of it. */
import { fill } from '../../../lib/fill.ts'
import type { PlainFormat } from '../../../media/codecs/base64.ts'
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import type { Brief } from '../../../spec/agent.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { SocketTarget, Turn } from '../../../spec/speech.ts'
import type { Config } from './settings.ts'

/** Throws `settings.missing` without a key. */
export function targetOf({ apiKey, baseUrl }: Config): SocketTarget {
  if (apiKey) return { url: baseUrl, headers: { authorization: `Bearer ${apiKey}` } }
  throw new OffhookError('settings.missing', 'GPT-Live has no API key: enter it at the agent, or set OPENAI_API_KEY')
}

const formats = {
  pcmu: { encoding: 'pcmu', rate: 8000 },
  pcma: { encoding: 'pcma', rate: 8000 },
  pcm_16000: { encoding: 'l16le', rate: 16_000 },
  pcm_24000: { encoding: 'l16le', rate: 24_000 },
} as const satisfies Record<Config['format'], PlainFormat>

export function formatOf({ format }: Config): PlainFormat {
  return formats[format]
}

const names = { pcmu: 'audio/pcmu', pcma: 'audio/pcma', l16le: 'audio/pcm' } as const

export function sessionStart(config: Config, brief: Brief): object {
  const { encoding, rate } = formatOf(config)
  const instructions = fill(config.prompt, brief.variables)
  return {
    model: config.model,
    ...(instructions && { instructions }),
    audio: { format: { type: names[encoding], rate }, output: { voice: config.voice } },
    delegation: delegationOf(config, brief),
    ...(brief.history?.length && { input: historyOf(brief.history) }),
  }
}

/** What was said before this session took another's place. The server takes so many messages and tokens: the newest, at four letters a token. */
const most = { messages: 128, letters: 4 * 8_000 }

function historyOf(history: readonly Turn[]): readonly object[] {
  let letters = 0
  const kept = history.slice(-most.messages).map(itemOf).toReversed()
  return kept.filter(({ content: [{ text: words }] }) => (letters += words.length) <= most.letters).toReversed()
}

/** Calls of another session mean nothing to it: their results are told in words. */
function itemOf(turn: Turn) {
  const written = (role: string, type: string, words: string) =>
    ({ type: 'message', role, content: [{ type, text: words }] }) as const
  switch (turn.role) {
    case 'caller':
      return written('user', 'input_text', turn.text)
    case 'agent':
      return written('assistant', 'output_text', turn.text)
    case 'tool':
      return written('developer', 'input_text', `${turn.name} returned: ${turn.result}`)
    case 'system':
      return written('developer', 'input_text', turn.text)
    default:
      return turn satisfies never
  }
}

/** Tools are called by a model behind the one that speaks. */
function delegationOf({ backend, backendPrompt }: Config, { tools, variables }: Brief): object {
  if (!backend || tools.length === 0) return { type: 'client' }
  const instructions = fill(backendPrompt, variables)
  return {
    type: 'responses',
    responses: {
      model: backend,
      ...(instructions && { instructions }),
      tools: tools.map((tool) => ({ type: 'function', ...tool })),
      tool_choice: 'auto',
    },
  }
}

/** One sound for both directions. `unknown`: one that we do not speak; undefined: it does not say. */
export function settledFormat(format: Fields): PlainFormat | 'unknown' | undefined {
  const type = text(format, 'type')
  if (type === undefined) return undefined
  const known = Object.values(formats).find(
    ({ encoding, rate }) => names[encoding] === type && (format['rate'] ?? rate) === rate,
  )
  return known ?? 'unknown'
}
