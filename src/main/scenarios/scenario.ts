/** A scenario: who calls, what is said and pressed, and what must be heard, said and done. Read from YAML or JSON. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { OffhookError } from '../../spec/errors.ts'

const seconds = z.number().min(0).max(600)
const words = z.string().min(1).max(2_000)
const keys = z.string().regex(/^[0-9*#A-D]{1,64}$/, 'only 0-9, *, # and A-D are keys')

const step = z.union([
  z.strictObject({ say: words }).describe('The person says it, in the built-in voice'),
  z.strictObject({ play: words }).describe('The person says what is in this WAV, named from the scenario’s folder'),
  z.strictObject({ press: keys }),
  z.strictObject({ pause: seconds }),
  z.strictObject({ hear: words, within: seconds.default(20) }).describe('The agent says it: words, or /a pattern/'),
  z.strictObject({ silence: seconds }).describe('Nothing is heard for so long'),
  z.strictObject({ hangup: z.literal(true) }),
])

const expectations = z.strictObject({
  status: z.enum(['completed', 'busy', 'no-answer', 'failed', 'canceled']).optional(),
  endReason: words.optional(),
  answeredBy: z.enum(['human', 'machine', 'fax', 'unknown']).optional(),
  /** What the agent's side understood of the caller. */
  said: z.array(words).default([]),
  /** What the agent said, in any order. */
  heard: z.array(words).default([]),
  digits: z.string().optional(),
  transferredTo: words.optional(),
  /** From the caller's last sound to the first of the answer, at worst. */
  answersWithinMs: z.number().int().min(1).optional(),
})

const scenario = z.strictObject({
  name: words,
  carriers: z.array(words).min(1).optional().describe('Default: every simulated one'),
  agent: words.default('local').describe('An agent provider by name'),
  settings: z.record(z.string(), z.unknown()).default({}).describe('Of the agent'),
  direction: z.enum(['inbound', 'outbound']).default('inbound'),
  person: z
    .enum(['answers', 'machine', 'busy', 'no-answer', 'unreachable'])
    .default('answers')
    .describe('Who is called, outbound'),
  greeting: words.default('Please leave a message after the tone.').describe('Of an answering machine'),
  from: words.optional(),
  to: words.optional(),
  variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
  voicemailMessage: words.optional(),
  faults: z.record(z.string(), z.unknown()).default({}),
  limit: seconds.default(120).describe('The whole call, seconds'),
  steps: z.array(step).max(200).default([]),
  expect: expectations.default({ said: [], heard: [] }),
})

export type Step = z.output<typeof step>
export type Scenario = z.output<typeof scenario> & {
  /** Where its recordings are looked for. */
  readonly folder: string
}

/** Every document of the file is a scenario. Throws `request.invalid` that names file, scenario and field. */
export async function readScenarios(file: string): Promise<readonly Scenario[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new OffhookError('request.invalid', `"${file}" cannot be read: ${(error as Error).message}`, { cause: error }) // fs rejects with Errors
  })
  const folder = dirname(resolve(file))
  return parseAllDocuments(text).flatMap((document, index) => {
    const [broken] = document.errors
    if (broken) throw new OffhookError('request.invalid', `${file}: ${broken.message}`)
    const value: unknown = document.toJS()
    if (value === null) return []
    const read = scenario.safeParse(value)
    if (read.success) return [{ ...read.data, folder }]
    const why = read.error.issues.map(({ path, message }) => `${path.join('.') || 'scenario'}: ${message}`).join('; ')
    throw new OffhookError('request.invalid', `${file}, scenario ${index + 1}: ${why}`)
  })
}

/** `/booked/i` is a pattern; anything else is looked for as words, whatever their case and punctuation. */
export function finder(wanted: string): (text: string) => boolean {
  const pattern = /^\/(.+)\/([imsu]*)$/s.exec(wanted)
  if (pattern) {
    const expression = new RegExp(pattern[1]!, pattern[2])
    return (text) => expression.test(text)
  }
  const plain = (text: string) =>
    ` ${text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()} `
  return (text) => plain(text).includes(plain(wanted))
}
