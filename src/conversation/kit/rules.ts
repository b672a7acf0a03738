/** The part of an agent's settings that says what it must not say. */
import { z } from 'zod'
import { field } from '../../spec/provider.ts'
import { address, headers } from './fields.ts'
import { patternFault } from './pattern.ts'
import { longestTerm, Terms } from './terms.ts'

const ofTerms = { field: 'type', is: ['terms'] }
const ofCheck = { field: 'type', is: ['check'] }

const rule = z.strictObject({
  name: field(z.string().regex(/^[\w .-]{1,60}$/, 'letters, digits, spaces, . _ and -, at most 60'), {
    title: 'Name',
    description: 'Stands in the events of calls; the words do not.',
  }),
  type: field(z.enum(['terms', 'check']), {
    title: 'Kind',
    description: 'terms: words and patterns. check: your server is asked about every sentence before it is spoken.',
  }),
  terms: field(
    z
      .array(
        z
          .string()
          .min(1)
          .max(longestTerm)
          .regex(/[\p{L}\p{N}]/u),
      )
      .max(500)
      .default([]),
    {
      title: 'Words',
      description: 'Words and phrases; capitals, punctuation and spacing do not matter.',
      when: ofTerms,
    },
  ),
  pattern: field(z.string().max(500).default(''), {
    title: 'Pattern',
    description: 'A regular expression, such as \\d{3}-\\d{2}-\\d{4}. Empty: none.',
    when: ofTerms,
  }),
  url: field(z.union([z.literal(''), address]).default(''), { title: 'Address', when: ofCheck }),
  headers: field(headers, { ...headers.meta(), title: 'Headers', when: ofCheck }),
  timeout: field(z.number().int().min(50).max(5_000).default(1_000), {
    title: 'Timeout (ms)',
    description: 'The caller waits meanwhile.',
    when: ofCheck,
  }),
  onFailure: field(z.enum(['allow', 'block']).default('allow'), {
    title: 'Without an answer',
    description: 'What becomes of the sentence when your server does not answer, or not as it should.',
    when: ofCheck,
  }),
  message: field(z.string().max(500).default('I am sorry, I cannot talk about that.'), {
    title: 'Said instead',
    description: 'Empty: nothing.',
  }),
  after: field(z.enum(['go-on', 'hang-up', 'transfer']).default('go-on'), { title: 'Afterwards' }),
  to: field(z.string().max(200).default(''), {
    title: 'Transfer to',
    description: 'Phone number with country code, or a SIP address.',
    when: { field: 'after', is: ['transfer'] },
  }),
})

export type Rule = z.output<typeof rule>

export const guardrails = field(
  z
    .array(rule.meta({ title: 'guardrail' }))
    .max(30)
    .default([])
    .superRefine((rules, context) => {
      for (const [index, one] of rules.entries())
        for (const [member, message] of faultsOf(one, rules, index))
          context.addIssue({ code: 'custom', path: [index, member], message })
    }),
  {
    title: 'Guardrails',
    group: 'Guardrails',
    description: 'What the agent must not say: it is replaced before the caller hears it, and the call may be ended.',
  },
)

function* faultsOf(one: Rule, rules: readonly Rule[], index: number): Generator<readonly [keyof Rule, string]> {
  if (rules.findIndex(({ name }) => name === one.name) < index)
    yield ['name', `there is another rule "${one.name}": choose another name`]
  if (one.after === 'transfer' && one.to === '') yield ['to', 'a number or SIP address is needed']
  if (one.type === 'check') {
    if (one.url === '') yield ['url', 'the address of your server is needed']
    return
  }
  if (one.terms.length === 0 && one.pattern === '') yield ['terms', 'words or a pattern are needed']
  const fault = one.pattern === '' ? undefined : patternFault(one.pattern)
  if (fault !== undefined) yield ['pattern', `no pattern that can be used: ${fault}`]
  else if (new Terms([one]).read(`${one.message} `)) yield ['message', 'it says itself what the rule forbids']
}
