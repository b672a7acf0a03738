/** What the Gemini API takes, as far as an agent needs it. Unknown fields are refused, as the vendor does. */
import { z } from 'zod'
import { issueOf, type Asked } from '../model.ts'

const thoughtSignature = z.string().min(1).optional()

const part = z.union([
  z.strictObject({
    text: z.string().min(1, 'Unable to submit request because it must have a text parameter.'),
    thoughtSignature,
  }),
  z.strictObject({
    functionCall: z.strictObject({
      id: z.string().optional(),
      name: z.string().min(1),
      args: z.looseObject({}).optional(),
    }),
    thoughtSignature,
  }),
  z.strictObject({
    functionResponse: z.strictObject({
      id: z.string().optional(),
      name: z.string().min(1),
      response: z.looseObject({}),
    }),
  }),
])

type Part = z.output<typeof part>

const content = z.strictObject({ role: z.enum(['user', 'model']), parts: z.array(part).min(1) })

type Content = z.output<typeof content>

const declaration = z
  .strictObject({
    name: z.string().regex(/^[a-zA-Z_][\w.:-]{0,63}$/),
    description: z.string().optional(),
    parameters: z.looseObject({}).optional(),
    parametersJsonSchema: z.looseObject({}).optional(),
  })
  .refine(({ parameters, parametersJsonSchema }) => !(parameters && parametersJsonSchema), {
    message: 'parameters and parametersJsonSchema are mutually exclusive',
  })
  .refine(({ parameters }) => !/"(?:additionalProperties|\$schema|\$ref)"/.test(JSON.stringify(parameters ?? {})), {
    message:
      'Unknown name "additionalProperties" at \'tools[0].function_declarations[0].parameters\': Cannot find field.',
  })

const thinkingConfig = z
  .strictObject({
    thinkingBudget: z.int().min(-1).optional(),
    thinkingLevel: z.enum(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']).optional(),
    includeThoughts: z.boolean().optional(),
  })
  .refine(({ thinkingBudget, thinkingLevel }) => thinkingBudget === undefined || thinkingLevel === undefined, {
    message: 'You can only set only one of thinking budget and thinking level.',
  })

const request = z.strictObject({
  contents: z.array(content).min(1, 'contents is not specified'),
  systemInstruction: z
    .strictObject({ role: z.string().optional(), parts: z.array(z.strictObject({ text: z.string().min(1) })).min(1) })
    .optional(),
  tools: z.array(z.strictObject({ functionDeclarations: z.array(declaration).min(1) })).optional(),
  toolConfig: z.looseObject({}).optional(),
  safetySettings: z.array(z.looseObject({})).optional(),
  generationConfig: z
    .strictObject({
      maxOutputTokens: z.int().min(1).optional(),
      temperature: z.number().min(0).max(2).optional(),
      topP: z.number().optional(),
      topK: z.number().optional(),
      thinkingConfig: thinkingConfig.optional(),
    })
    .optional(),
})

/** Stands for a signature where a call was made by another model. */
const foreign = 'skip_thought_signature_validator'

/** What is wrong with a request, in the vendor's words. `signatures`: those that were given. */
export function requestFault(asked: Asked, model: string, signatures: ReadonlySet<string>): string | undefined {
  const parsed = request.safeParse(asked)
  if (!parsed.success) {
    const { path, message, unknown } = issueOf(parsed.error)
    if (unknown) {
      return `Invalid JSON payload received. Unknown name "${unknown}"${path ? ` at '${path}'` : ''}: Cannot find field.`
    }
    return `Invalid value at '${path}': ${message}`
  }
  const { contents, generationConfig } = parsed.data
  const { thinkingLevel, thinkingBudget } = generationConfig?.thinkingConfig ?? {}
  if (thinkingLevel && !isNew(model)) return 'Thinking level is not supported for this model.'
  if (thinkingBudget === 0 && isNew(model)) return 'Budget 0 is invalid. This model only works in thinking mode.'
  return turnsFault(contents) ?? (isNew(model) ? signaturesFault(contents, signatures) : undefined)
}

function isNew(model: string): boolean {
  return Number(/^gemini-(\d+)/.exec(model)?.[1] ?? 0) >= 3
}

const isCall = (one: Part) => 'functionCall' in one
const isAnswer = (one: Part) => 'functionResponse' in one

function turnsFault(contents: readonly Content[]): string | undefined {
  if (contents.at(-1)?.role !== 'user') return 'Please ensure that multiturn requests end with a user turn.'
  for (const [at, { role, parts }] of contents.entries()) {
    const calls = contents[at - 1]?.parts.filter(isCall).length ?? 0
    const answers = parts.filter(isAnswer).length
    if (role === 'model' && at === 0 && parts.some(isCall)) {
      return 'Please ensure that function call turn comes immediately after a user turn or after a function response turn.'
    }
    if (calls !== answers) {
      return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.'
    }
  }
  return undefined
}

/** Of the calls of one step the first carries what the model thought. */
function signaturesFault(contents: readonly Content[], signatures: ReadonlySet<string>): string | undefined {
  for (const [at, { parts }] of contents.entries()) {
    const first = parts.find(isCall)
    if (!first || !('functionCall' in first)) continue
    const { thoughtSignature: given, functionCall } = first
    if (given === undefined) {
      return `Function call is missing a thought_signature in functionCall parts. Function call: default_api:${functionCall.name}, position ${at}.`
    }
    if (given !== foreign && !signatures.has(given)) return 'Thought signature is not valid.'
  }
  return undefined
}
