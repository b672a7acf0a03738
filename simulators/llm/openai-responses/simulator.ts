/** OpenAI's Responses API, simulated; only streamed, as a telephone wants it. */
import {
  deltas,
  fragments,
  jsonOf,
  serveModel,
  tokensOf,
  type Asked,
  type ModelOptions,
  type ModelServer,
  type ScriptedAnswer,
  type ScriptedCall,
} from '../model.ts'
import { bearer, refuse } from '../openai.ts'
import { fault } from './schema.ts'

export function startOpenaiResponsesLlm(options: ModelOptions): Promise<ModelServer> {
  const writer = new Writer()
  return serveModel(
    {
      serves: ({ method, path }) => method === 'POST' && path === '/v1/responses',
      key: bearer,
      refuse,
      fault: (asked) => fault(asked, writer.thoughts),
      events: (answer, asked) => numbered(writer.write(answer, asked)),
      name: (event) => ('type' in event ? String(event.type) : 'message'),
    },
    options,
  )
}

function* numbered(events: Iterable<object>): Generator<object> {
  let sequence_number = 0
  for (const event of events) yield { ...event, sequence_number: sequence_number++ }
}

/** Writes responses, and remembers what it encrypted. */
class Writer {
  readonly thoughts = new Set<string>()
  #count = 0;

  *write(answer: ScriptedAnswer, asked: Asked): Generator<object> {
    const number = ++this.#count
    const base = {
      id: `resp_${number}`,
      object: 'response',
      created_at: 1_790_000_000,
      model: asked['model'],
      instructions: asked['instructions'] ?? null,
      tools: asked['tools'] ?? [],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      temperature: asked['temperature'] ?? null,
      top_p: null,
      metadata: {},
      error: null,
      incomplete_details: null,
    }
    yield { type: 'response.created', response: { ...base, status: 'in_progress', output: [] } }
    yield { type: 'response.in_progress', response: { ...base, status: 'in_progress', output: [] } }
    const output: object[] = []
    const { text = '', thoughts, calls = [], end } = answer
    if (thoughts) output.push(yield* this.#reasoning(`rs_${number}`, thoughts, output.length))
    if (text) output.push(yield* message(`msg_${number}`, text, output.length))
    if (end === 'error') {
      const error = { code: 'server_error', message: 'The server had an error while processing your request.' }
      yield { type: 'response.failed', response: { ...base, status: 'failed', error, output } }
      return
    }
    for (const [at, call] of calls.entries()) output.push(yield* called(`${number}_${at}`, call, output.length))
    const reason = end === 'limit' ? 'max_output_tokens' : end === 'filter' ? 'content_filter' : undefined
    const status = reason ? 'incomplete' : 'completed'
    const incomplete_details = reason ? { reason } : null
    const usage = usageOf(answer, asked)
    yield { type: `response.${status}`, response: { ...base, status, incomplete_details, output, usage } }
  }

  *#reasoning(id: string, thoughts: string, output_index: number): Generator<object, object> {
    const encrypted_content = `gAAAA${Buffer.from(`${id} ${thoughts}`).toString('base64')}`
    this.thoughts.add(encrypted_content)
    const begun = { id, type: 'reasoning', summary: [], encrypted_content: 'gAAAA' }
    const item = { ...begun, encrypted_content }
    yield { type: 'response.output_item.added', output_index, item: begun }
    yield { type: 'response.output_item.done', output_index, item }
    return item
  }
}

function* message(id: string, text: string, output_index: number): Generator<object, object> {
  const place = { item_id: id, output_index, content_index: 0 }
  const begun = { id, type: 'message', role: 'assistant', status: 'in_progress', content: [] }
  const part = { type: 'output_text', text, annotations: [], logprobs: [] }
  const item = { ...begun, status: 'completed', content: [part] }
  yield { type: 'response.output_item.added', output_index, item: begun }
  yield { type: 'response.content_part.added', ...place, part: { ...part, text: '' } }
  for (const delta of deltas(text)) yield { type: 'response.output_text.delta', ...place, delta, logprobs: [] }
  yield { type: 'response.output_text.done', ...place, text, logprobs: [] }
  yield { type: 'response.content_part.done', ...place, part }
  yield { type: 'response.output_item.done', output_index, item }
  return item
}

function* called(number: string, call: ScriptedCall, output_index: number): Generator<object, object> {
  const id = `fc_${number}`
  const json = jsonOf(call)
  const begun = { id, type: 'function_call', status: 'in_progress', call_id: `call_${number}`, name: call.name }
  const item = { ...begun, status: 'completed', arguments: json }
  yield { type: 'response.output_item.added', output_index, item: { ...begun, arguments: '' } }
  for (const delta of fragments(json)) {
    yield { type: 'response.function_call_arguments.delta', item_id: id, output_index, delta }
  }
  yield { type: 'response.function_call_arguments.done', item_id: id, output_index, name: call.name, arguments: json }
  yield { type: 'response.output_item.done', output_index, item }
  return item
}

function usageOf({ text = '', thoughts = '', calls = [] }: ScriptedAnswer, asked: Asked): object {
  const input_tokens = tokensOf(JSON.stringify(asked['input']))
  const reasoning_tokens = tokensOf(thoughts)
  const output_tokens = tokensOf(text + calls.map(jsonOf).join('')) + reasoning_tokens + 1
  return {
    input_tokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens },
    total_tokens: input_tokens + output_tokens,
  }
}
