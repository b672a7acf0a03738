/** A streamed answer: server-sent events whose data are JSON objects. */
import { LibError } from '../../lib/failure.ts'
import { readEvents } from '../../lib/http/sse.ts'
import { parseJson } from '../../lib/json.ts'
import { OffhookError } from '../../spec/errors.ts'
import { isFields, type Fields } from '../json-media/fields.ts'
import type { Vendor } from './refusal.ts'

/** Ends with the sentinel `[DONE]`, where a vendor has it: it is yielded as the text it is. */
export async function* eventsOf(
  vendor: Vendor,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Fields | '[DONE]', void, undefined> {
  try {
    for await (const { data } of readEvents(body)) {
      if (data.trim() === '[DONE]') yield '[DONE]'
      const fields = parsed(data)
      if (fields) yield fields
    }
  } catch (error) {
    if (!(error instanceof LibError)) throw error
    throw new OffhookError('vendor.failed', `${vendor.name} sent what cannot be read: ${error.message}`, {
      cause: error,
    })
  }
}

/** Lines that are no object mean nothing: servers send notes of their own. */
function parsed(data: string): Fields | undefined {
  try {
    const value = parseJson(data)
    return isFields(value) ? value : undefined
  } catch {
    // A stream that lacks something essential ends without its end mark, and is refused for that.
    return undefined
  }
}

/** The stream ended where no reply ends. */
export function cutShort(vendor: Vendor): OffhookError {
  return new OffhookError('vendor.failed', `${vendor.name} stopped in the middle of a reply; try again`)
}

/** The vendor's filter took the reply away. */
export function filtered(vendor: Vendor, why: string): OffhookError {
  return new OffhookError(
    'vendor.refused',
    `${vendor.name} withheld the reply (${why}): look at the prompt and what the caller said, or use another model`,
    { details: { reason: why } },
  )
}

/** All the tokens allowed were thought, none spoken. */
export function spent(vendor: Vendor): OffhookError {
  return new OffhookError(
    'vendor.failed',
    `${vendor.name} used all the tokens of the reply before its first word: allow more, or let the model think less`,
  )
}
