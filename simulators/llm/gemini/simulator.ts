/** Google's Gemini API, simulated; only streamed, as a telephone wants it. */
import { json } from '../../carrier/rest.ts'
import type { VendorReply, VendorRequest } from '../../vendor/request.ts'
import {
  deltas,
  jsonOf,
  serveModel,
  tokensOf,
  type Asked,
  type ModelOptions,
  type ModelServer,
  type ScriptedAnswer,
} from '../model.ts'
import { requestFault } from './schema.ts'

const path = /^\/v1(?:beta)?\/models\/([\w.-]+):streamGenerateContent$/

export function startGeminiLlm(options: ModelOptions): Promise<ModelServer> {
  const writer = new Writer()
  return serveModel(
    {
      serves: (request) => request.method === 'POST' && path.test(request.path) && request.query.get('alt') === 'sse',
      key: (request) => request.headers['x-goog-api-key'] ?? request.query.get('key') ?? '',
      // A key that is not known is an argument that is not valid.
      refuse: (status, said) => (status === 401 ? refuse(400, badKey) : refuse(status, said)),
      fault(asked, request) {
        const model = modelOf(request)
        if (model === 'no-such-model') return refuse(404, `models/${model} is not found for API version v1beta.`)
        const fault = requestFault(asked, model, writer.signatures)
        return fault === undefined ? undefined : refuse(400, fault)
      },
      events: (answer, asked) => writer.write(answer, asked),
    },
    options,
  )
}

function modelOf(request: VendorRequest): string {
  return path.exec(request.path)?.[1] ?? ''
}

const badKey = 'API key not valid. Please pass a valid API key.'

const usual: Readonly<Record<number, readonly [status: string, message: string]>> = {
  400: ['INVALID_ARGUMENT', 'Request contains an invalid argument.'],
  403: ['PERMISSION_DENIED', 'Permission denied.'],
  404: ['NOT_FOUND', 'Requested entity was not found.'],
  429: ['RESOURCE_EXHAUSTED', 'You exceeded your current quota.'],
  503: ['UNAVAILABLE', 'The model is overloaded. Please try again later.'],
}

function refuse(code: number, said?: string): VendorReply {
  const [status, message] = usual[code] ?? ['INTERNAL', 'An internal error has occurred.']
  return json(code, { error: { code, message: said ?? message, status } })
}

/** Writes responses, and remembers what it signed. */
class Writer {
  readonly signatures = new Set<string>()
  #count = 0;

  *write({ text = '', thoughts, calls = [], end }: ScriptedAnswer, asked: Asked): Generator<object> {
    const number = ++this.#count
    const said = tokensOf(text) + 1
    const thought = thoughts ? tokensOf(thoughts) : undefined
    const prompt = tokensOf(JSON.stringify(asked['contents']))
    const chunk = (parts: readonly object[], finishReason?: string) => ({
      candidates: [{ content: { role: 'model', parts }, ...(finishReason && { finishReason }), index: 0 }],
      usageMetadata: {
        promptTokenCount: prompt,
        candidatesTokenCount: said,
        ...(thought !== undefined && { thoughtsTokenCount: thought }),
        totalTokenCount: prompt + said + (thought ?? 0),
      },
      modelVersion: 'gemini-simulated',
      responseId: `response-${number}`,
    })
    if (thoughts) yield chunk([{ text: thoughts, thought: true }])
    for (const one of deltas(text)) yield chunk([{ text: one }])
    if (end === 'error') {
      yield { error: { code: 503, message: usual[503]?.[1], status: 'UNAVAILABLE' } }
      return
    }
    if (calls.some(({ arguments: given }) => typeof given === 'string')) {
      yield chunk([], 'MALFORMED_FUNCTION_CALL')
      return
    }
    const signature = Buffer.from(`signed ${number}`).toString('base64')
    if (calls.length > 0) this.signatures.add(signature)
    const made = calls.map((call, at) => ({
      functionCall: { id: `fc-${number}-${at}`, name: call.name, args: JSON.parse(jsonOf(call)) as unknown },
      ...(at === 0 && { thoughtSignature: signature }),
    }))
    if (made.length > 0) yield chunk(made)
    yield chunk([{ text: '' }], end === 'limit' ? 'MAX_TOKENS' : end === 'filter' ? 'SAFETY' : 'STOP')
  }
}
