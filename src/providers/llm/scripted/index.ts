/** A receptionist that follows a script: a model without weights, keys or network, for demos, tests and as a last resort. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'
import type { ModelEvent, ModelSpec, Tool, Turn } from '../../../spec/speech.ts'
import type { Ids } from '../../../lib/ids.ts'
import { toolFor } from './deeds.ts'
import { follow } from './dialogue.ts'
import { departmentsOf, sayings } from './house.ts'
import type { House } from './house.ts'

const settings = z.object({
  business: field(z.string().min(1).max(100).default('the Blue Door'), {
    title: 'Name of the house',
    description: 'As the receptionist says it.',
  }),
  hours: field(z.string().min(1).max(300).default('every day from noon until eleven in the evening'), {
    title: 'Opening hours',
    description: 'Completes the sentence "We are open …".',
  }),
  address: field(z.string().min(1).max(300).default('12 Harbour Street, next to the old lighthouse'), {
    title: 'Address',
    description: 'Completes the sentence "Our address is …".',
  }),
  departments: field(z.string().max(2000).default('a person'), {
    title: 'Put through to',
    description: 'One a line, "sales: +12125550101"; the first is for anybody who asks for a person.',
    multiline: true,
  }),
})

export const scriptedModel: ModelSpec<typeof settings> = {
  kind: 'llm',
  name: 'scripted',
  label: 'Scripted receptionist',
  about: 'Books tables, tells hours and address, and puts callers through, by rules; needs no account and no network.',
  settings,
  open({ business, hours, address, departments }, host) {
    const house = { business, hours, address, departments: departmentsOf(departments) }
    return {
      async *reply(history, tools, signal) {
        for (const event of replyTo(history, tools, house, host.ids)) {
          signal.throwIfAborted()
          yield event
        }
      },
      async [Symbol.asyncDispose]() {
        // Nothing is open: the history is all the state there is.
      },
    }
  },
}

/** The next words and deeds after `history`; equal for equal histories, but for the ids of tool calls. */
function replyTo(history: readonly Turn[], tools: readonly Tool[], house: House, ids: Ids): ModelEvent[] {
  const last = history.findLast((turn) => turn.role !== 'system')
  if (last?.role === 'tool') return spoken(afterTool(last))
  const state = follow(
    history.filter((turn) => turn.role === 'caller').map((turn) => turn.text),
    house,
  )
  if (last?.role === 'agent' && history.some((turn) => turn.role === 'caller')) return spoken(sayings.there)
  const wanted = state.deed && toolFor(state.deed, tools)
  if (state.deed && !wanted && state.deed.type !== 'hang-up') return spoken(`${sayings.noTransfer} ${sayings.more}`)
  const calls: ModelEvent[] = wanted ? [{ type: 'tool', call: { id: ids.id('tool'), ...wanted } }] : []
  return [...spoken(state.said), ...calls]
}

/** Success needs no words: the caller is gone. */
function afterTool({ name, result }: Extract<Turn, { role: 'tool' }>): string {
  const failed = /fail|error|busy|unsupported|refused|unanswered|no.answer|cannot|"ok":\s*false/i.test(result)
  return failed && name === 'transfer_call' ? `${sayings.transferFailed} ${sayings.more}` : ''
}

/** Word by word, as models stream. */
function spoken(text: string): ModelEvent[] {
  return Array.from(text.matchAll(/\S+\s*/g), ([delta]) => ({ type: 'text', delta }))
}
