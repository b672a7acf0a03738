/** Runs a call by XML of Plivo's shape: fetches a document, performs its elements in order, follows where they lead. */
import type { Element } from '../carrier/markup.ts'
import { readMarkup } from '../carrier/markup.ts'
import { runProgram } from '../carrier/program.ts'
import { complain } from '../carrier/world.ts'
import { post } from './callbacks.ts'
import { perform, type Context } from './verbs.ts'
import type { Page, PlivoCall } from './world.ts'

/** Resolves when the call has nothing left to do; it has ended then. */
export async function runCall(call: PlivoCall, first: Page): Promise<void> {
  await runProgram<Page>(call, first, {
    run: (page, signal) => run(call, page, signal),
    steer: (redirect) => void (call.facts.redirect = redirect),
  })
  if (call.over) return
  call.facts.hangupCode ??= 4010
  call.end(call.startTime === undefined ? 'failed' : 'completed', 'the XML ended')
}

async function run(call: PlivoCall, page: Page, signal: AbortSignal): Promise<Page | undefined> {
  const found = await fetchPage(call, page)
  signal.throwIfAborted()
  if (!found) return give(call, 7011, 'no XML could be fetched')
  const markup = readMarkup(found.text, call.facts.plivo.kind.rules)
  if (!markup.ok) return give(call, 8011, markup.error.message, found.base)
  return runVerbs({ call, signal, base: found.base }, markup.verbs)
}

function give(call: PlivoCall, code: number, why: string, url?: string): undefined {
  complain(call, code, why, url)
  call.facts.hangupCode = code
}

async function runVerbs(context: Context, verbs: readonly Element[]): Promise<Page | undefined> {
  const { call, signal } = context
  for (const verb of verbs) {
    if (verb.name === 'Hangup' && call.startTime === undefined && call.direction === 'inbound')
      return reject(call, verb)
    if (verb.name !== 'PreAnswer' && verb.name !== 'Redirect' && verb.name !== 'Dial') call.answer()
    const outcome = await perform(context, verb)
    signal.throwIfAborted()
    if (outcome === 'over') return undefined
    if (outcome !== 'next') return outcome
  }
  return undefined
}

/** Said to a ringing call it keeps the carrier from answering. */
function reject(call: PlivoCall, verb: Element): undefined {
  const busy = verb.attributes['reason'] === 'busy'
  call.endedBy = 'application'
  call.facts.hangupCode = busy ? 3010 : 3020
  call.end(busy ? 'busy' : 'no-answer', 'rejected by <Hangup>', busy ? 486 : 603)
}

async function fetchPage(call: PlivoCall, { target, fallback, fields = {} }: Page) {
  for (const one of fallback?.url ? [target, fallback] : [target]) {
    const reply = await post(call, one, fields)
    if (call.over) return undefined
    if (!reply) continue
    const type = (reply.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
    const text = Buffer.from(reply.body).toString()
    // A body that is no XML is an invalid document, not a missing one.
    return { text: ['text/xml', 'application/xml'].includes(type) ? text : '', base: one.url }
  }
  return undefined
}
