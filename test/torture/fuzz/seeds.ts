/** Seeds from the carrier's own payloads, and ways to spoil them. */
import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../../src/providers/carriers/twilio/fixtures/', import.meta.url)

/** How often a property is tried: a few seconds' worth in `npm test`, more by FUZZ_RUNS. */
export function runs(usual: number): number {
  const wanted = Number(process.env['FUZZ_RUNS'] ?? 0)
  return wanted > 0 ? wanted : usual
}

/** Names and values of every callback there is a fixture of. */
const callbacks: readonly (readonly (readonly [string, string])[])[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && !/^(call|number|error)/.test(name))
  .map((name) => {
    const fields = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, string> // flat, as they came
    return Object.entries(fields).map(([key, value]) => [key, value] as const)
  })

/** A stream's messages in order. */
export const messages: readonly string[] = readFileSync(new URL('stream.jsonl', folder), 'utf8')
  .split('\n')
  .filter(Boolean)

const junkText = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', '\u0000', '../../etc/passwd', '%00', '{}', 'NaN', '-1', '1e999', '__proto__', 'x'.repeat(20_000)),
)

const junk: fc.Arbitrary<unknown> = fc.oneof(
  junkText,
  fc.constantFrom(null, true, 0, -1, 1e308, 2 ** 53),
  fc.constant([]),
  fc.constant({ length: -1 }),
  fc.jsonValue({ maxDepth: 2 }),
)

/** A form with fields dropped, doubled, renamed or replaced. */
export const spoiledForm = fc
  .tuple(fc.constantFrom(...callbacks), fc.array(fc.tuple(fc.nat(), fc.nat(4), junkText), { maxLength: 4 }))
  .map(([seed, faults]) => {
    const fields = seed.map(([name, value]) => [name, value] as [string, string])
    for (const [place, kind, text] of faults) {
      const at = place % Math.max(1, fields.length)
      const field = fields[at]
      if (!field) continue
      if (kind === 0) fields.splice(at, 1)
      if (kind === 1) fields.push([field[0], text])
      if (kind === 2) field[0] = text
      if (kind >= 3) field[1] = text
    }
    return fields
  })

/** One message of the stream `sid` with something wrong: its text, its types, its length, its order. */
export function spoiledMessage(name: (text: string) => string): fc.Arbitrary<string | Uint8Array> {
  const seed = fc.constantFrom(...messages).map(name)
  return fc.oneof(
    { weight: 4, arbitrary: seed },
    { weight: 1, arbitrary: fc.tuple(seed, fc.nat()).map(([text, at]) => text.slice(0, at % text.length)) },
    {
      weight: 1,
      arbitrary: fc.tuple(seed, fc.nat(), fc.nat(255)).map(([text, at, code]) => {
        const place = at % text.length
        return text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1)
      }),
    },
    { weight: 3, arbitrary: fc.tuple(seed, fc.nat(), junk).map(([text, at, value]) => replaced(text, at, value)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
    { weight: 1, arbitrary: junk.map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: fc.constantFrom('[', '{"event":"media"}', '[['.repeat(3_000), `"${'y'.repeat(50_000)}"`) },
    { weight: 2, arbitrary: fc.uint8Array({ minLength: 0, maxLength: 801 }).map((bytes) => name(mediaOf(bytes))) },
  )
}

/** Media of any length, odd ones too. */
function mediaOf(bytes: Uint8Array): string {
  const media = messages.find((text) => text.includes('"media"') && text.includes('payload')) ?? ''
  return media.replace(/"payload":"[^"]*"/, `"payload":"${Buffer.from(bytes).toString('base64')}"`)
}

/** The message with one of its values, wherever it lies, replaced. */
function replaced(text: string, place: number, value: unknown): string {
  const root = JSON.parse(text) as Record<string, unknown> // a seed
  const holders: [Record<string, unknown>, string][] = []
  const walk = (node: Record<string, unknown>): void => {
    for (const [key, child] of Object.entries(node)) {
      holders.push([node, key])
      if (typeof child === 'object' && child !== null) walk(child as Record<string, unknown>) // JSON's objects and lists
    }
  }
  walk(root)
  const [node, key] = holders[place % holders.length]!
  node[key] = value
  return JSON.stringify(root)
}
