/** How OpenAI turns connections away, whichever of its products they are for. */
import { json, same } from '../carrier/rest.ts'
import { authorization, type VendorReply, type VendorRequest } from '../vendor/request.ts'

/** The vendor repeats the key it was given. */
export function keyRefused(request: VendorRequest, key: string): VendorReply | undefined {
  const given = authorization(request, 'Bearer') ?? request.headers['api-key'] ?? ''
  if (same(given, key)) return undefined
  const message = `Incorrect API key provided: ${given}. You can find your API key at https://platform.openai.com/account/api-keys.`
  return json(401, { error: { message, type: 'invalid_request_error', param: null, code: 'invalid_api_key' } })
}

const errors: Readonly<Record<number, readonly [type: string, code: string | null, message: string]>> = {
  400: ['invalid_request_error', null, 'Invalid request.'],
  401: ['invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  404: ['invalid_request_error', 'model_not_found', 'The model does not exist or you do not have access to it.'],
  429: ['requests', 'rate_limit_exceeded', 'Rate limit reached.'],
}

export function refuse(status: number): VendorReply {
  const [type, code, message] = errors[status] ?? ['server_error', null, 'The server had an error.']
  return json(status, { error: { message, type, param: null, code } })
}
