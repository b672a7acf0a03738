/** Every failure as the API says it: `{ error: { code, message, details } }` with the code's status. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { Logger } from '../lib/log.ts'
import { OffhookError, type ErrorCode } from '../spec/errors.ts'

export function answerFailure(
  logger: Logger,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = knownFailure(error)
  if (known.status >= 500)
    logger.error('request failed', {
      method: request.method,
      route: request.routeOptions.url ?? '',
      code: known.code,
      error,
    })
  if (known.status === 401) void reply.header('www-authenticate', 'Bearer')
  if (known.retry) void reply.header('retry-after', '5')
  return reply
    .status(known.status)
    .send({ error: { code: known.code, message: known.message, details: known.details } })
}

/** Whatever was thrown, with a code of ours. */
export function knownFailure(error: unknown): OffhookError {
  if (error instanceof OffhookError) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = error.validation.map((issue) => ({
      field: issue.instancePath.replace(/^\//, '').replaceAll('/', '.'),
      message: issue.message ?? 'is not valid',
    }))
    const list = fields.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')
    return new OffhookError('request.invalid', `The ${error.validationContext ?? 'request'} is not valid: ${list}`, {
      details: { fields },
    })
  }
  const { statusCode, message } = error as Partial<FastifyError> // thrown by fastify or by anything else
  const code = statusCode === undefined ? undefined : ofStatus[statusCode]
  if (code) return new OffhookError(code, message ?? code, { cause: error })
  return new OffhookError('internal', 'Something failed inside Offhook; the log says more', { cause: error })
}

const ofStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'request.malformed',
  404: 'not-found',
  413: 'request.too-large',
  415: 'request.malformed',
  429: 'request.rate-limited',
}
