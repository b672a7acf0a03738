/** Anthropic's Messages API, simulated; only streamed, as a telephone wants it. */
import { json } from '../../carrier/rest.ts'
import { authorization, type VendorReply } from '../../vendor/request.ts'
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
} from '../model.ts'
import { requestFault } from './schema.ts'

export function startAnthropicLlm(options: ModelOptions): Promise<ModelServer> {
  const writer = new Writer()
  return serveModel(
    {
      serves: ({ method, path }) => method === 'POST' && path === '/v1/messages',
      // Newer clients send the key as a bearer.
      key: (request) => request.headers['x-api-key'] ?? authorization(request, 'Bearer') ?? '',
      refuse,
      fault(asked, { headers }) {
        if (asked['model'] === 'no-such-model') return refuse(404, 'model: no-such-model')
        const fault = requestFault(asked, headers['anthropic-version'], writer.signed)
        return fault === undefined ? undefined : refuse(400, fault)
      },
      events: (answer, asked) => writer.write(answer, asked),
      name: (event) => ('type' in event ? String(event.type) : 'message'),
    },
    options,
  )
}

const usual: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ['invalid_request_error', 'Invalid request.'],
  401: ['authentication_error', 'invalid x-api-key'],
  402: ['billing_error', 'Your credit balance is too low to access the Anthropic API.'],
  403: ['permission_error', 'Your API key does not have permission to use the specified resource.'],
  404: ['not_found_error', 'Not Found'],
  413: ['request_too_large', 'Request exceeds the maximum size'],
  429: ['rate_limit_error', 'This request would exceed your rate limit.'],
  529: ['overloaded_error', 'Overloaded'],
}

function refuse(status: number, said?: string): VendorReply {
  const [type, message] = usual[status] ?? ['api_error', 'Internal server error']
  return json(status, { type: 'error', error: { type, message: said ?? message }, request_id: 'req_simulated' })
}

/** Writes messages, and remembers what it signed. */
class Writer {
  /** Signatures of what was thought, by the call that came after it. */
  readonly signed = new Map<string, string>()
  #count = 0;

  *write({ text = '', thoughts, calls = [], end }: ScriptedAnswer, asked: Asked): Generator<object> {
    const number = ++this.#count
    const input = tokensOf(JSON.stringify(asked['messages']))
    const output = tokensOf(text + calls.map(jsonOf).join('')) + 1
    const cached = { cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
    const base = { id: `msg_${number}`, type: 'message', role: 'assistant', model: asked['model'], content: [] }
    const usage = { input_tokens: input, output_tokens: 1, ...cached }
    yield { type: 'message_start', message: { ...base, stop_reason: null, stop_sequence: null, usage } }
    let index = 0
    const signature = Buffer.from(`signed ${number}`).toString('base64')
    if (thoughts)
      yield* block(index++, { type: 'thinking', thinking: '', signature: '' }, thinking(thoughts, signature))
    yield { type: 'ping' }
    if (text)
      yield* block(
        index++,
        { type: 'text', text: '' },
        deltas(text).map((one) => ({ type: 'text_delta', text: one })),
      )
    if (end === 'error') {
      const error = { type: 'overloaded_error', message: 'Overloaded' }
      yield { type: 'error', error, request_id: 'req_simulated' }
      return
    }
    for (const [at, call] of calls.entries()) {
      const id = `toolu_${number}_${at}`
      if (thoughts && at === 0) this.signed.set(id, signature)
      const parts = ['', ...fragments(jsonOf(call))].map((partial_json) => ({ type: 'input_json_delta', partial_json }))
      yield* block(index++, { type: 'tool_use', id, name: call.name, input: {} }, parts)
    }
    const stop =
      end === 'limit' ? 'max_tokens' : end === 'filter' ? 'refusal' : calls.length > 0 ? 'tool_use' : 'end_turn'
    const delta = { stop_reason: stop, stop_sequence: null }
    yield { type: 'message_delta', delta, usage: { input_tokens: input, output_tokens: output, ...cached } }
    yield { type: 'message_stop' }
  }
}

function thinking(thoughts: string, signature: string): readonly object[] {
  const said = deltas(thoughts).map((one) => ({ type: 'thinking_delta', thinking: one }))
  return [...said, { type: 'signature_delta', signature }]
}

function* block(index: number, content_block: object, parts: readonly object[]): Generator<object> {
  yield { type: 'content_block_start', index, content_block }
  for (const delta of parts) yield { type: 'content_block_delta', index, delta }
  yield { type: 'content_block_stop', index }
}
