/** Runs a call: fetches TwiML, performs its verbs in order, follows where they lead, until nothing is left or the call ends. */
import { runProgram } from '../carrier/program.ts'
import { complain } from '../carrier/world.ts'
import { baseFields, failedStatus } from './callbacks.ts'
import type { TwilioCall } from './facts.ts'
import { readMarkup, type Element } from './markup.ts'
import type { Fields } from './signature.ts'
import type { Context, Instructions } from './steps.ts'
import { answers, perform } from './verbs.ts'
import { sendWebhook } from './webhook.ts'

/** Resolves when the call has nothing left to do; it has ended then. */
export async function runCall(call: TwilioCall, first: Instructions): Promise<void> {
  await runProgram<Instructions>(call, first, {
    run: (page, signal) => run(call, page, signal),
    steer: (redirect) => void (call.facts.redirect = redirect),
  })
  call.end(failedStatus(call), 'the instructions ended')
}

async function run(
  call: TwilioCall,
  instructions: Instructions,
  signal: AbortSignal,
): Promise<Instructions | undefined> {
  const page =
    instructions.type === 'fetch' ? await fetchPage(call, instructions) : { text: instructions.text, base: undefined }
  signal.throwIfAborted()
  if (!page) return fail(call, 'no TwiML could be fetched')
  const markup = readMarkup(page.text)
  if (!markup.ok) {
    complain(call, markup.error.code, markup.error.message, page.base)
    return fail(call, markup.error.message)
  }
  if (markup.verbs.length === 0 && call.startTime === undefined) call.answer()
  return runVerbs({ call, signal, base: page.base }, markup.verbs)
}

async function runVerbs(context: Context, verbs: readonly Element[]): Promise<Instructions | undefined> {
  const { call, signal } = context
  for (const [at, verb] of verbs.entries()) {
    if (verb.name === 'Reject' && call.startTime === undefined) return reject(call, verb)
    if (answers(verb, at)) call.answer()
    const outcome = await perform(context, verb)
    signal.throwIfAborted()
    if (outcome === 'over') return undefined
    if (outcome !== 'next') return outcome
  }
  return undefined
}

/** Only as the first thing said to a ringing call it keeps Twilio from answering (docs/voice/twiml/reject). */
function reject(call: TwilioCall, verb: Element): undefined {
  const busy = verb.attributes.reason === 'busy'
  call.end(busy ? 'busy' : 'no-answer', 'rejected by <Reject>', busy ? 486 : 603)
}

function fail(call: TwilioCall, why: string): undefined {
  call.end(failedStatus(call), `application error: ${why}`)
}

interface Page {
  readonly text: string
  readonly base: string
}

async function fetchPage(call: TwilioCall, from: Extract<Instructions, { type: 'fetch' }>): Promise<Page | undefined> {
  const page = await fetchOnce(call, from.url, from.method, from.fields ?? [])
  if (page || !from.fallback?.url || call.over) return page
  const last = call.world.alerts.at(-1)
  const failure: Fields = [
    ['ErrorCode', String(last?.code ?? 11200)],
    ['ErrorUrl', from.url],
  ]
  return fetchOnce(call, from.fallback.url, from.fallback.method, [...(from.fields ?? []), ...failure])
}

async function fetchOnce(call: TwilioCall, url: string, method: string, extra: Fields): Promise<Page | undefined> {
  const fields = [...baseFields(call), ...extra]
  const reply = await sendWebhook(call.world, { account: call.facts.account, url, method, fields, call })
  if (!reply) return undefined
  const type = (reply.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  const text = Buffer.from(reply.body).toString()
  if (text && !markupTypes.includes(type)) {
    complain(call, 12300, `Invalid Content-Type: ${type || '(none)'} is not TwiML`, url)
    return undefined
  }
  const at = url.indexOf('#')
  return { text, base: at < 0 ? url : url.slice(0, at) }
}

const markupTypes = ['text/xml', 'application/xml', 'text/html']
