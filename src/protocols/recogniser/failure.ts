/** What went wrong at a recogniser's vendor, as the engine wants to be told. */
import type { ErrorCode } from '../../spec/errors.ts'
import type { PartFailed } from '../../spec/speech.ts'
import { refused, type Explain, type Refusal } from '../vendor/refusal.ts'

export function failure(code: ErrorCode, message: string, fatal: boolean): PartFailed {
  return { type: 'failed', code, message, fatal }
}

/** In the vendor's own words, without `secrets`; the engine puts the vendor's name before it. */
export function refusalEvent(
  secrets: readonly string[],
  refusal: Refusal,
  options: { readonly explain?: Explain; readonly fatal?: boolean } = {},
): PartFailed {
  const { explain, fatal = true } = options
  const { code, message } = refused({ name: 'it', secrets, ...(explain && { explain }) }, refusal)
  return failure(code, message, fatal)
}
