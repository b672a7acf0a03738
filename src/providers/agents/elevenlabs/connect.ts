/** The way to a conversation: a signed address where there is a key, and what the agent is told first. */
import { fill } from '../../../lib/fill.ts'
import { parseJson } from '../../../lib/json.ts'
import type { PlainFormat } from '../../../media/codecs/base64.ts'
import { isFields, text } from '../../../protocols/json-media/fields.ts'
import { refusalOf, refused, type Explain } from '../../../protocols/vendor/refusal.ts'
import type { Brief } from '../../../spec/agent.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { HttpResponse, Operation } from '../../../spec/http.ts'
import type { SocketTarget } from '../../../spec/speech.ts'
import type { Config } from './settings.ts'

/** With a key the address is asked for: it is good for this one conversation, and the key goes no further. */
export function* open(config: Config): Operation<SocketTarget> {
  const { apiKey, agentId, baseUrl } = config
  const conversation = `${baseUrl}/v1/convai/conversation`
  const query = new URLSearchParams({ agent_id: agentId })
  if (!apiKey) return { url: `${conversation.replace(/^http/, 'ws')}?${query}`, headers: {} }
  const url = `${conversation}/get-signed-url?${query}`
  const response = yield { method: 'GET', url, headers: { 'xi-api-key': apiKey } }
  const body = bodyOf(response)
  if (response.status !== 200) {
    throw refused({ name: 'ElevenLabs', secrets: [apiKey], explain }, refusalOf(response.status, body))
  }
  const signed = isFields(body) ? text(body, 'signed_url') : undefined
  if (!signed || !/^wss?:\/\//.test(signed)) {
    throw new OffhookError('vendor.failed', 'ElevenLabs gave no address for a conversation')
  }
  return { url: signed, headers: {} }
}

const explain: Explain = ({ status }) =>
  status === 404 || status === 422 ? ['settings.invalid', 'check the id of the agent'] : undefined

function bodyOf({ body }: HttpResponse): unknown {
  try {
    return parseJson(body)
  } catch {
    return undefined // told as an answer without an address, or by its status
  }
}

/** Overrides are refused by agents that do not allow them, so that none is sent which nobody asked for. */
export function initiation({ prompt, voiceId, language }: Config, brief: Brief): object {
  const agent = {
    ...(prompt && { prompt: { prompt: fill(prompt, brief.variables) } }),
    ...(brief.greeting && { first_message: fill(brief.greeting, brief.variables) }),
    ...(language && { language }),
  }
  const override = {
    ...(Object.keys(agent).length > 0 && { agent }),
    ...(voiceId && { tts: { voice_id: voiceId } }),
  }
  return {
    type: 'conversation_initiation_client_data',
    ...(Object.keys(override).length > 0 && { conversation_config_override: override }),
    dynamic_variables: variablesOf(brief),
  }
}

const speakers = { caller: 'Caller', agent: 'You', tool: 'Tool', system: 'Note' } as const

/** What was said before this conversation took the place of another. */
export function retold({ history = [] }: Brief): object | undefined {
  if (history.length === 0) return undefined
  const lines = history.map(
    (turn) => `${speakers[turn.role]}: ${turn.role === 'tool' ? `${turn.name} returned ${turn.result}` : turn.text}`,
  )
  const text = ['This call goes on after a broken connection. So far it went like this:', ...lines].join('\n')
  return { type: 'contextual_update', text }
}

/** Names that begin so are the vendor's. */
const reserved = /^system__/

function variablesOf({
  call,
  from,
  to,
  direction,
  variables,
}: Brief): Readonly<Record<string, string | number | boolean>> {
  const own = Object.entries(variables).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== null && !reserved.test(entry[0]),
  )
  return { call_id: call, caller: from, called: to, direction, ...Object.fromEntries(own) }
}

/** `pcm_16000`, `ulaw_8000`; undefined for what we do not speak. */
export function formatOf(name: string): PlainFormat | undefined {
  if (name === 'ulaw_8000') return { encoding: 'pcmu', rate: 8000 }
  const rate = Number(/^pcm_(\d{4,5})$/.exec(name)?.[1])
  return rate >= 8000 && rate <= 48_000 ? { encoding: 'l16le', rate } : undefined
}
