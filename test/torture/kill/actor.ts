/** An agent that always does the same: says a tone, then transfers the callee, or hangs up when the caller presses a key. */
import { z } from 'zod'
import { createSource } from '../../../src/media/port.ts'
import { sine } from '../../../src/media/tones.ts'
import type { AgentSpec } from '../../../src/spec/agent.ts'
import { transferNumber } from './words.ts'

const rate = 8_000

export const actor: AgentSpec = {
  kind: 'agent',
  name: 'actor',
  label: 'Actor',
  about: 'Always does the same.',
  settings: z.object({ greeting: z.string().default('hello'), idleTimeout: z.number().default(0) }),
  body: {
    by: 'port',
    rate: () => rate,
    open(_, brief, emit) {
      const voice = createSource(rate)
      let said = 0
      const say = (): void => {
        const reply = `reply-${++said}`
        emit({ type: 'reply-started', reply })
        emit({ type: 'reply-text', reply, delta: 'a tone' })
        voice.emit(sine(700, { rate, ms: 100 }))
        voice.flush()
        emit({ type: 'reply-ended', reply })
      }
      const use = (name: string, given = {}): void =>
        emit({ type: 'tool-called', call: { id: `${name}-${said}`, name, arguments: given } })
      emit({ type: 'ready' })
      return {
        port: { microphone: voice, speaker: { rate, write: () => undefined, toString: () => 'actor' } },
        turns: 'engine',
        order(order) {
          if (order.type === 'say') {
            say()
            if (brief.direction === 'outbound') use('transfer_call', { to: transferNumber(brief.to) })
          }
          if (order.type === 'digit') use('hang_up')
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }
    },
  },
}
