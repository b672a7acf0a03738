/** OpenAI Realtime: a model that hears and speaks, and the servers that talk like it. */
import { soundToBase64 } from '../../../media/codecs/base64.ts'
import { agentWire } from '../../../protocols/agent/wire.ts'
import type { AgentOrder, AgentSpec } from '../../../spec/agent.ts'
import { hear } from './hear.ts'
import { interrupt } from './interrupt.ts'
import { reconsider, want } from './responses.ts'
import { formatOf, itemOf, sessionUpdate, targetOf } from './session.ts'
import { settings, type Config } from './settings.ts'
import { begin, send, type Draft, type State } from './state.ts'
import { returned } from './tools.ts'

export const openaiRealtime: AgentSpec<typeof settings> = {
  kind: 'agent',
  name: 'openai-realtime',
  label: 'OpenAI Realtime',
  about: 'A model that hears and speaks by itself, at OpenAI, Azure or any server that speaks its protocol.',
  settings,
  checklist: [
    'Make a key at platform.openai.com, "API keys"; the project needs credit and access to Realtime models.',
    'Azure: deploy a realtime model, take the address wss://<resource>.openai.azure.com/openai/v1/realtime, the deployment’s name as model, and api-key as "How the key is sent".',
    'Other servers: enter their address; if they speak the older names (response.audio.delta), set the generation to beta.',
  ],
  body: agentWire<Config, State>({
    // oxlint-disable-next-line require-yield -- no request is needed before the socket
    *open(config) {
      return targetOf(config)
    },
    turns: ({ turns }) => (turns === 'engine' ? 'engine' : 'agent'),
    rates: (config) => ({ hears: formatOf(config).rate, speaks: formatOf(config).rate }),
    resumes: true,
    begin: (config, brief) => begin(config, brief, formatOf(config)),
    opened(draft) {
      const { config, brief } = draft.state
      send(draft, 'session', { type: 'session.update', session: sessionUpdate(config, brief) })
      for (const turn of brief.history ?? []) {
        send(draft, 'history', { type: 'conversation.item.create', item: itemOf(turn, config) })
      }
    },
    heard: hear,
    order,
    sound,
  }),
}

function order(draft: Draft, given: AgentOrder): void {
  switch (given.type) {
    case 'say':
      return want(draft, { type: 'say', text: given.text })
    case 'interrupt':
      return interrupt(draft, given.heardMs, given.reply)
    case 'marker-heard':
      return // It sets none.
    case 'speech-started':
      return listen(draft, given.agoMs ?? 0)
    case 'speech-ended':
      return answer(draft)
    case 'digit':
      return write(draft, `[DTMF: ${given.digit}]`)
    case 'text':
      return write(draft, given.text)
    case 'tool-result':
      return returned(draft, given)
    default:
      return given satisfies never
  }
}

/** A turn of the caller's that was not spoken. */
function write(draft: Draft, words: string): void {
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: words }] }
  reconsider(draft)
  send(draft, 'write', { type: 'conversation.item.create', item })
  want(draft, { type: 'answer' })
}

// ── what the caller says ─────────────────────────────────────────────────────────────────────────────────────────────

/** Sound kept for a turn that our detector may yet find in it, ms; and what is sent from before its beginning. */
const keptMs = 1500
const prefixMs = 300

function sound(draft: Draft, pcm: Int16Array): void {
  const { state } = draft
  if (!state.ready) return
  if (state.config.turns !== 'engine' || state.speaking) return append(draft, pcm)
  // The sound is the engine's again when we return.
  state.past = [...state.past, pcm.slice()]
  state.pastMs += lengthOf(draft, pcm)
  forget(draft, keptMs)
}

function append(draft: Draft, pcm: Int16Array): void {
  draft.send({ type: 'input_audio_buffer.append', audio: soundToBase64(pcm, draft.state.hears.encoding) })
}

/** With turns of our own only speech is sent: silence costs as much as words. */
function listen(draft: Draft, agoMs: number): void {
  const { state } = draft
  reconsider(draft)
  state.speaking = true
  forget(draft, agoMs + prefixMs)
  for (const pcm of state.past) append(draft, pcm)
  forget(draft, 0)
}

function answer(draft: Draft): void {
  draft.state.speaking = false
  send(draft, 'commit', { type: 'input_audio_buffer.commit' })
  want(draft, { type: 'answer' })
}

/** All but the last `ms`. */
function forget(draft: Draft, ms: number): void {
  const { state } = draft
  let at = 0
  for (const pcm of state.past) {
    const length = lengthOf(draft, pcm)
    if (state.pastMs - length < ms) break
    state.pastMs -= length
    at++
  }
  if (at > 0) state.past = state.past.slice(at)
}

function lengthOf({ state }: Draft, pcm: Int16Array): number {
  return (pcm.length * 1000) / state.hears.rate
}
