/** The history of a call as Gemini's contents. */
import { conversation, exchanges, systemOf, type AnsweredCall } from '../../../protocols/vendor/history.ts'
import type { Tool, Turn } from '../../../spec/speech.ts'
import type { Signatures } from './stream.ts'

interface Content {
  readonly role: 'user' | 'model'
  readonly parts: readonly object[]
}

export function toContents(history: readonly Turn[], signatures: Signatures): object {
  const found = exchanges(history)
  const system = systemOf(found)
  const contents: Content[] = []
  const add = (role: Content['role'], parts: readonly object[]) => {
    const last = contents.at(-1)
    if (last?.role === role) contents[contents.length - 1] = { role, parts: [...last.parts, ...parts] }
    else contents.push({ role, parts })
  }
  for (const one of conversation(found)) {
    if (one.role !== 'agent') add('user', [{ text: one.text }])
    else {
      const calls = one.calls.map((call, at) => callPart(call, at === 0, signatures))
      add('model', [...(one.text ? [{ text: one.text }] : []), ...calls])
      if (one.calls.length > 0)
        add(
          'user',
          one.calls.map((call) => answerPart(call, signatures)),
        )
    }
  }
  return { ...(system !== undefined && { systemInstruction: { parts: [{ text: system }] } }), contents }
}

/** Newer models refuse a call without its signature; this stands for one that another vendor's model made. */
const foreign = 'skip_thought_signature_validator'

/** Of calls made at once only the first is signed. */
function callPart({ id, name, arguments: args }: AnsweredCall, first: boolean, signatures: Signatures): object {
  const known = signatures.get(id)
  const thoughtSignature = known ? known.signature : first ? foreign : undefined
  return { functionCall: { ...named(known?.id), name, args }, ...(thoughtSignature && { thoughtSignature }) }
}

function answerPart({ id, name, result }: AnsweredCall, signatures: Signatures): object {
  return { functionResponse: { ...named(signatures.get(id)?.id), name, response: { result } } }
}

/** Only ids that Gemini gave. */
function named(id: string | undefined): object {
  return id === undefined ? {} : { id }
}

/** As JSON Schema: the older field takes a subset of it and refuses the rest. */
export function toTools(tools: readonly Tool[]): readonly object[] {
  return [
    {
      functionDeclarations: tools.map(({ name, description, parameters }) => ({
        name,
        description,
        parametersJsonSchema: parameters,
      })),
    },
  ]
}
