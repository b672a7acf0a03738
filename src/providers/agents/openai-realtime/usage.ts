/** What a response and a transcript cost, in the words that all parts share. */
import { inner, type Fields } from '../../../protocols/json-media/fields.ts'
import { number } from '../../../protocols/agent/wire.ts'
import type { AgentEvent } from '../../../spec/agent.ts'

type Usage = Extract<AgentEvent, { type: 'usage' }>

export function usageOf(usage: Fields): Usage | undefined {
  const heard = inner(usage, 'input_token_details')
  const spoken = inner(usage, 'output_token_details')
  return told({
    inputTokens: number(usage, 'input_tokens'),
    inputAudioTokens: number(heard, 'audio_tokens'),
    cachedTokens: number(heard, 'cached_tokens'),
    outputTokens: number(usage, 'output_tokens'),
    outputAudioTokens: number(spoken, 'audio_tokens'),
  })
}

/** Transcripts are paid by tokens or by length, and not to the model that answers. */
export function transcriptUsageOf(usage: Fields): Usage | undefined {
  const seconds = number(usage, 'seconds')
  return told({
    transcriptTokens: number(usage, 'total_tokens'),
    audioMs: seconds === undefined ? undefined : Math.round(seconds * 1000),
  })
}

function told(figures: Readonly<Record<string, number | undefined>>): Usage | undefined {
  const known = Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== undefined)
  return known.length > 0 ? { type: 'usage', usage: Object.fromEntries(known) } : undefined
}
