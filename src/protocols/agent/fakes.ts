/** An agent's translator in a test's hands: given messages and orders, it shows what it sends and tells. */
import type { z } from 'zod'
import type { AgentInput, AgentOrder, AgentSpec, AgentWireEvent, Brief } from '../../spec/agent.ts'
import type { SocketTarget, Tool } from '../../spec/speech.ts'

export const testTools: readonly Tool[] = [
  { name: 'hang_up', description: 'Ends the call.', parameters: { type: 'object', properties: {} } },
  { name: 'look_up', description: 'Finds it.', parameters: { type: 'object', properties: { id: { type: 'number' } } } },
]

export const testBrief: Brief = {
  call: 'call_1',
  direction: 'inbound',
  from: '+15550100001',
  to: '+15550100002',
  variables: { name: 'Ada', age: 36 },
  metadata: {},
  tools: testTools,
}

/** Messages as they are sent, without the ids that name them. */
type Sent = Readonly<Record<string, unknown>>

export interface Said {
  readonly events: readonly AgentWireEvent[]
  readonly sent: readonly Sent[]
}

export interface Puppet {
  /** The vendor says this. */
  hear(...messages: readonly object[]): Said
  read(text: string): Said
  order(order: AgentOrder): Said
  sound(pcm: Int16Array): Said
  /** The call is over. */
  leave(): Said
  close(code: number, reason?: string): Said
  /** The ids of the messages sent so far. */
  readonly ids: readonly string[]
}

export function puppet<S extends z.ZodObject>(
  spec: AgentSpec<S>,
  settings: unknown,
  brief = testBrief,
  target: SocketTarget = { url: 'wss://vendor.test/', headers: {} },
): Puppet & Said {
  const { body } = spec
  if (body.by !== 'wire') throw new Error(`${spec.name} is no agent on a wire`)
  let state = body.begin(spec.settings.parse(settings), brief, target)
  const ids: string[] = []
  const step = (input: AgentInput): Said => {
    const next = body.step(state, input)
    state = next.state
    const sent = next.messages.map((message) => {
      const whole = JSON.parse('text' in message ? message.text : '{}')
      const { event_id: id, ...rest } = whole
      // A number is the vendor's own, answered.
      if (typeof id !== 'string') return whole
      ids.push(id)
      return rest
    })
    return { events: next.events, sent }
  }
  const hear = (...messages: readonly object[]): Said => {
    const said = messages.map((message) => step({ type: 'message', message: { text: JSON.stringify(message) } }))
    return { events: said.flatMap(({ events }) => events), sent: said.flatMap(({ sent }) => sent) }
  }
  return {
    ...step({ type: 'opened' }),
    hear,
    read: (text) => step({ type: 'message', message: { text } }),
    order: (order) => step({ type: 'order', order }),
    sound: (pcm) => step({ type: 'audio', pcm }),
    leave: () => step({ type: 'leaving' }),
    close: (code, reason = '') => step({ type: 'closed', code, reason }),
    ids,
  }
}
