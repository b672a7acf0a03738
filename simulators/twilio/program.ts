/** Runs a call: fetches TwiML, performs its verbs in order, follows where they lead, until nothing is left or the call ends. */
import type { SimulatedCall } from './call.ts'
import { baseFields, complain, failedStatus } from './callbacks.ts'
import { readMarkup, type Element } from './markup.ts'
import type { Fields } from './signature.ts'
import type { Context, Instructions } from './steps.ts'
import { answers, perform } from './verbs.ts'
import { sendWebhook } from './webhook.ts'

/** Resolves when the call has nothing left to do; it has ended then. */
export async function runCall(call: SimulatedCall, first: Instructions): Promise<void> {
  let next: Instructions | undefined = first
  while (next && !call.over) {
    const change = Promise.withResolvers<Instructions>()
    const control = new AbortController()
    call.redirect = (instructions) => {
      change.resolve(instructions)
      control.abort(new Error('redirected'))
    }
    const signal = AbortSignal.any([control.signal, call.scope.signal])
    try {
      next = await run(call, next, signal)
    } catch (error) {
      if (call.over) return
      if (!control.signal.aborted) throw error
    }
    if (control.signal.aborted) {
      await Promise.all(call.streams.filter((stream) => stream.plan.bidirectional).map((stream) => stream.stop()))
      next = await change.promise
    }
  }
  call.redirect = undefined
  call.end(failedStatus(call), 'the instructions ended')
}

async function run(
  call: SimulatedCall,
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
function reject(call: SimulatedCall, verb: Element): undefined {
  const busy = verb.attributes.reason === 'busy'
  call.end(busy ? 'busy' : 'no-answer', 'rejected by <Reject>', busy ? 486 : 603)
}

function fail(call: SimulatedCall, why: string): undefined {
  call.end(failedStatus(call), `application error: ${why}`)
}

interface Page {
  readonly text: string
  readonly base: string
}

async function fetchPage(
  call: SimulatedCall,
  from: Extract<Instructions, { type: 'fetch' }>,
): Promise<Page | undefined> {
  const page = await fetchOnce(call, from.url, from.method, from.fields ?? [])
  if (page || !from.fallback?.url || call.over) return page
  const last = call.world.alerts.at(-1)
  const failure: Fields = [
    ['ErrorCode', String(last?.code ?? 11200)],
    ['ErrorUrl', from.url],
  ]
  return fetchOnce(call, from.fallback.url, from.fallback.method, [...(from.fields ?? []), ...failure])
}

async function fetchOnce(call: SimulatedCall, url: string, method: string, extra: Fields): Promise<Page | undefined> {
  const fields = [...baseFields(call), ...extra]
  const reply = await sendWebhook(call.world, { account: call.account, url, method, fields, call })
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
