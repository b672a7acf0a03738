/** What a database says, in our words: never its parameters, never another tenant's values. */
import { codes, OffhookError } from '../spec/errors.ts'
import type { ErrorCode } from '../spec/errors.ts'

/** An error as it crosses from the store's thread. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
  /** What lay beneath, as text. */
  readonly cause?: string
}

/** By constraint name; `schema.ts` names them. */
const broken: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  connections_name: ['conflict', 'a connection of this provider already has this name; choose another'],
  connections_account: ['conflict', 'this account is already connected; remove the other connection first'],
  users_email: ['conflict', 'somebody with this address has an account already'],
  sessions_user: ['not-found', 'there is no such user in this organization'],
  wire_call: ['call.unknown', 'there is no such call in this organization'],
  numbers_number: ['conflict', 'this number already exists on this connection'],
  numbers_connection: ['not-found', 'there is no such connection in this organization'],
  numbers_agent: ['not-found', 'there is no such agent in this organization'],
  calls_ref: ['conflict', 'another call already has this carrier reference'],
  events_call: ['call.unknown', 'there is no such call in this organization'],
  messages_call: ['call.unknown', 'there is no such call in this organization'],
  metrics_call: ['call.unknown', 'there is no such call in this organization'],
  deliveries_subscription: ['not-found', 'there is no such subscription in this organization'],
}

const uniqueViolation = '23505'
const foreignKeyViolation = '23503'

/** SQLSTATE classes of a server that may answer differently in a moment: connection, resources, operator, rollback for concurrency. */
const passing = /^(08|53|57|40)/

/** Any error as an OffhookError. `transient` in its details: nothing is wrong with the request itself. */
export function storeFailure(error: unknown): OffhookError {
  const cause = beneath(error)
  if (cause instanceof OffhookError) return cause
  const { code, constraint } = factsOf(cause)
  const known = constraint === undefined ? undefined : broken[constraint]
  if (known) return new OffhookError(known[0], known[1], { details: { constraint } })
  if (code === uniqueViolation) return new OffhookError('conflict', 'a record with this id already exists')
  if (code === foreignKeyViolation)
    return new OffhookError('not-found', 'a record this one points to does not exist', { details: { constraint } })
  const transient = code === undefined ? !(cause instanceof TypeError) : passing.test(code) || !/^\w{5}$/.test(code)
  return new OffhookError('store.failed', `the database refused: ${messageOf(cause)}`, {
    details: { ...(code !== undefined && { code }), transient },
  })
}

export function isTransient(error: unknown): boolean {
  return error instanceof OffhookError && error.code === 'store.failed' && error.details['transient'] === true
}

export function flatten(error: unknown): Failure {
  const { code, message, details, cause } = storeFailure(error)
  return { code, message, details, ...(cause !== undefined && { cause: messageOf(cause) }) }
}

export function revive({ code, message, details, cause }: Failure): OffhookError {
  return new OffhookError(code in codes ? code : 'internal', message, {
    details,
    ...(cause !== undefined && { cause: new Error(cause) }),
  })
}

/** Drizzle wraps what drivers throw into an error whose message quotes every parameter. */
function beneath(error: unknown): unknown {
  return error instanceof Error && error.name !== 'OffhookError' && error.message.startsWith('Failed query')
    ? beneath(error.cause)
    : error
}

function factsOf(error: unknown): { readonly code?: string; readonly constraint?: string } {
  if (typeof error !== 'object' || error === null) return {}
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const constraint = 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : undefined
  return { ...(code !== undefined && { code }), ...(constraint !== undefined && { constraint }) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}
