/** GPT-Live: a model that hears and speaks at the same time, and decides by itself whose turn it is. */
import { soundToBase64 } from '../../../media/codecs/base64.ts'
import { agentWire } from '../../../protocols/agent/wire.ts'
import type { AgentOrder, AgentSpec } from '../../../spec/agent.ts'
import { returned } from './backend.ts'
import { cutOff, hear } from './hear.ts'
import { formatOf, sessionStart, targetOf } from './session.ts'
import { settings, type Config } from './settings.ts'
import { begin, send, type Draft, type State } from './state.ts'
import { passed, stop } from './voice.ts'

export const openaiLive: AgentSpec<typeof settings> = {
  kind: 'agent',
  name: 'openai-live',
  label: 'OpenAI GPT-Live',
  about:
    'A model that listens while it speaks: it takes and leaves turns by itself; a second model behind it calls the tools.',
  settings,
  checklist: [
    'Make a key at platform.openai.com, "API keys"; the project needs credit and access to GPT-Live.',
    'It is paid by the minute, silence included.',
  ],
  body: agentWire<Config, State>({
    // oxlint-disable-next-line require-yield -- no request is needed before the socket
    *open(config) {
      return targetOf(config)
    },
    turns: () => 'agent',
    resumes: true,
    rates: (config) => ({ hears: formatOf(config).rate, speaks: formatOf(config).rate }),
    begin: (config, brief) => begin(config, brief, formatOf(config)),
    opened: (draft) => {
      const { config, brief } = draft.state
      send(draft, { type: 'session.start', session: sessionStart(config, brief) })
    },
    heard: hear,
    order,
    sound,
    closed: cutOff,
  }),
}

function sound(draft: Draft, pcm: Int16Array): void {
  const { state } = draft
  if (!state.ready) return
  state.time += (pcm.length * 1000) / state.format.rate
  passed(draft)
  draft.send({ type: 'session.input_audio.append', audio: soundToBase64(pcm, state.format.encoding) })
}

function order(draft: Draft, given: AgentOrder): void {
  switch (given.type) {
    case 'say':
      return send(draft, { type: 'session.commentary.append', delegation_id: null, content: given.text })
    case 'interrupt':
      return stop(draft)
    case 'digit':
      return instruct(draft, `The caller pressed these keys on the telephone, answer to that: ${given.digit}`)
    case 'text':
      return instruct(draft, `The caller wrote this instead of saying it, answer to that: ${given.text}`)
    case 'tool-result':
      return returned(draft, given)
    case 'marker-heard':
      return // It sets none.
    case 'speech-started':
    case 'speech-ended':
      return // The model hears that by itself.
    default:
      return given satisfies never
  }
}

function instruct(draft: Draft, content: string): void {
  send(draft, { type: 'session.instructions.append', delegation_id: null, content })
}
