/** Runs a call by CXML: fetches a document, performs its verbs in order, follows where they lead. */
import { readMarkup, type Element } from '../carrier/markup.ts'
import { runProgram } from '../carrier/program.ts'
import { complain } from '../carrier/world.ts'
import { documentFields, send } from './callbacks.ts'
import { rules } from './schema.ts'
import { perform, type Context } from './verbs.ts'
import type { CloudonixCall, Page } from './world.ts'

/** Resolves when the call has nothing left to do; it has ended then. */
export async function runCall(call: CloudonixCall, first: Page): Promise<void> {
  await runProgram<Page>(call, first, {
    run: (page, signal) => run(call, page, signal),
    steer: (redirect) => void (call.facts.redirect = redirect),
  })
  call.end(call.startTime === undefined ? 'failed' : 'completed', 'the document ended')
}

async function run(call: CloudonixCall, page: Page, signal: AbortSignal): Promise<Page | undefined> {
  const text = page.type === 'cxml' ? page.text : await fetchPage(call, page)
  signal.throwIfAborted()
  if (text === undefined) return undefined
  const markup = readMarkup(text, rules)
  if (!markup.ok) {
    complain(call, 0, markup.error.message)
    return undefined
  }
  return runVerbs({ call, signal, base: page.type === 'fetch' ? page.url : undefined }, markup.verbs)
}

async function runVerbs(context: Context, verbs: readonly Element[]): Promise<Page | undefined> {
  const { call, signal } = context
  for (const verb of verbs) {
    if (verb.name === 'Reject' && call.startTime === undefined) {
      const busy = verb.attributes['reason'] === 'busy'
      call.end(busy ? 'busy' : 'no-answer', 'rejected by <Reject>', busy ? 486 : 603)
      return undefined
    }
    if (!['Redirect', 'Dial', 'Hangup'].includes(verb.name)) call.answer()
    const outcome = await perform(context, verb)
    signal.throwIfAborted()
    if (outcome === 'over') return undefined
    if (outcome !== 'next') return outcome
  }
  return undefined
}

/** GET puts the fields in the query, POST in a JSON body. */
async function fetchPage(call: CloudonixCall, page: Extract<Page, { type: 'fetch' }>): Promise<string | undefined> {
  const fields = { ...documentFields(call), ...page.fields }
  const query = new URLSearchParams(fields).toString()
  const reply =
    page.method === 'GET'
      ? await send(call, { method: 'GET', url: `${page.url}${page.url.includes('?') ? '&' : '?'}${query}` })
      : await send(call, { method: 'POST', url: page.url, body: JSON.stringify(fields) }, 'application/json')
  if (!reply) return undefined
  const type = (reply.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  return ['application/xml', 'text/xml'].includes(type) ? Buffer.from(reply.body).toString() : ''
}
