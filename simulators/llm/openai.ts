/** What OpenAI's two APIs have in common: who may ask, and how they refuse. */
import { json } from '../carrier/rest.ts'
import { authorization, type VendorReply, type VendorRequest } from '../vendor/request.ts'

export const bearer = (request: VendorRequest): string => authorization(request, 'Bearer') ?? ''

export interface OpenAiError {
  readonly message: string
  readonly code?: string
  readonly param?: string
  readonly type?: string
}

export function invalid({ message, code, param, type = 'invalid_request_error' }: OpenAiError): VendorReply {
  return json(400, { error: { message, type, param: param ?? null, code: code ?? null } })
}

const usual: Readonly<Record<number, readonly [type: string, code: string | null, message: string]>> = {
  400: ['invalid_request_error', null, 'Invalid request.'],
  401: ['invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  402: ['insufficient_quota', 'insufficient_quota', 'You exceeded your current quota.'],
  404: ['invalid_request_error', null, 'Invalid URL.'],
  429: ['requests', 'rate_limit_exceeded', 'Rate limit reached.'],
}

export function refuse(status: number, said?: string): VendorReply {
  const [type, code, message] = usual[status] ?? ['server_error', null, 'The server had an error.']
  return json(status, { error: { message: said ?? message, type, param: null, code } })
}

/** Reasoning models take no temperature, the others no effort. */
export function reasons(model: string): boolean {
  return /^(?:o\d|gpt-(?:[5-9]|\d\d))/.test(model) && !model.includes('-chat')
}

export function unknownModel(model: string): VendorReply {
  return json(404, {
    error: {
      message: `The model \`${model}\` does not exist or you do not have access to it.`,
      type: 'invalid_request_error',
      param: null,
      code: 'model_not_found',
    },
  })
}
