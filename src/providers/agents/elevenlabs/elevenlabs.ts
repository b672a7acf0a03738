/** Agents that were made at ElevenLabs: they hear, think and speak there; the call is brought to them. */
import { soundToBase64 } from '../../../media/codecs/base64.ts'
import { agentWire, wordsOf } from '../../../protocols/agent/wire.ts'
import type { AgentOrder, AgentSpec } from '../../../spec/agent.ts'
import { initiation, open, retold } from './connect.ts'
import { hear } from './hear.ts'
import { ended, passed, stop } from './replies.ts'
import { settings, type Config } from './settings.ts'
import { begin, usual, type Draft, type State } from './state.ts'

export const elevenlabs: AgentSpec<typeof settings> = {
  kind: 'agent',
  name: 'elevenlabs',
  label: 'ElevenLabs Agents',
  about: 'An agent that you made at ElevenLabs answers the call: its prompt, voice, knowledge and tools are set there.',
  settings,
  checklist: [
    'Make an agent at elevenlabs.io, "Agents", and copy its id; make a key under "API keys" (permission: Agents).',
    'At the agent, set both sounds (user input, agent output) to µ-law 8000 Hz: the telephone’s own.',
    'Under "Security", allow to override the first message, or leave the greeting here empty; and the prompt, voice and language, if you set them here.',
    'Under "Advanced", have these client events sent: audio, interruption, user transcript, agent response, client tool call.',
    'Add client tools named hang_up, transfer_call (parameter to) and send_digits (parameter digits), as far as the agent is to have them; let it wait for their response.',
  ],
  body: agentWire<Config, State>({
    open,
    turns: () => 'agent',
    rates: ({ hears, speaks }) => ({ hears: usual(hears).rate, speaks: usual(speaks).rate }),
    greets: true,
    resumes: true,
    begin,
    opened: ({ state: { config, brief }, send }) => {
      send(initiation(config, brief))
      const before = retold(brief)
      if (before) send(before)
    },
    heard: hear,
    order,
    sound,
    closed,
  }),
}

function sound(draft: Draft, pcm: Int16Array): void {
  const { state } = draft
  if (!state.ready) return
  state.time += (pcm.length * 1000) / state.hears.rate
  passed(draft)
  if (state.due && !state.stopped) goOn(draft)
  draft.send({ user_audio_chunk: soundToBase64(pcm, state.hears.encoding) })
}

function order(draft: Draft, given: AgentOrder): void {
  switch (given.type) {
    case 'say':
      // There is no other way to have words of ours said.
      return write(draft, `Say exactly these words now, all of them and nothing else: ${JSON.stringify(given.text)}`)
    case 'interrupt':
      return stop(draft)
    case 'digit':
      return write(draft, `[DTMF: ${given.digit}]`)
    case 'text':
      return write(draft, given.text)
    case 'tool-result':
      return returned(draft, given)
    case 'marker-heard':
      return // It sets none.
    case 'speech-started':
    case 'speech-ended':
      return // The vendor hears that by itself.
    default:
      return given satisfies never
  }
}

/** The caller waits since the last session was lost; the first words of this one, said to everybody, are over. */
function goOn(draft: Draft): void {
  write(draft, 'Go on where the conversation was broken off.')
}

function write(draft: Draft, words: string): void {
  draft.state.wrote = true
  draft.state.due = false
  draft.send({ type: 'user_message', text: words })
}

function returned(draft: Draft, given: AgentOrder & { readonly type: 'tool-result' }): void {
  const { state } = draft
  if (!state.open.has(given.id)) return
  state.open = new Set([...state.open].filter((id) => id !== given.id))
  const result = given.ok ? wordsOf(given) : wordsOf({ ok: true, result: given.result })
  draft.send({ type: 'client_tool_result', tool_call_id: given.id, result, is_error: !given.ok })
}

/** A proper close is the agent's way to hang up; its last words may still be heard. */
function closed(draft: Draft, code: number): void {
  if (code !== 1000) return
  ended(draft)
  draft.tell({ type: 'tool-called', call: { id: 'closed_by_agent', name: 'hang_up', arguments: {} } })
}
