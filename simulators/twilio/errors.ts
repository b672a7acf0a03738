/** Twilio's REST errors as it words them: status, code, message. */

export interface RestError {
  readonly status: number
  readonly code: number
  readonly message: string
}

export function restError(status: number, code: number, message: string): RestError {
  return { status, code, message }
}

export const errors = {
  credentials: restError(401, 20003, 'Authenticate'),
  rateLimited: restError(429, 20429, 'Too Many Requests'),
  method: restError(405, 20004, 'Method not allowed'),
  notInProgress: restError(400, 21220, 'Call is not in-progress. Cannot redirect.'),
} as const

export function notFound(path: string): RestError {
  return restError(404, 20404, `The requested resource ${path} was not found`)
}

export function errorBody(error: RestError): Readonly<Record<string, unknown>> {
  const { code, message, status } = error
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
}
