/** What Cartesia wants to know: an account, and who ends a turn. */
import { z } from 'zod'
import { addressField, keyField, rateField, termsField, turnsField } from '../../../protocols/recogniser/settings.ts'
import { field } from '../../../spec/provider.ts'

const turns = { group: 'Turns', when: { field: 'turns', is: ['vendor'] } } as const

export const settings = z.object({
  key: keyField('CARTESIA_API_KEY', 'play.cartesia.ai, API keys.'),
  model: field(z.string().trim().min(1).max(100).default('ink-2'), {
    title: 'Model',
    description: 'English.',
    examples: ['ink-2', 'ink-whisper'],
  }),
  terms: termsField(100),
  turns: turnsField,
  endOfTurn: field(z.number().min(0.05).max(0.5).default(0.2), {
    title: 'End of turn, threshold',
    description: 'Lower: more patient.',
    ...turns,
  }),
  eagerEndOfTurn: field(z.number().min(0.3).max(0.6).default(0.4), {
    title: 'Early end of turn, threshold',
    description: 'Where an answer is begun; above "End of turn".',
    ...turns,
  }),
  endOfTurnAfter: field(z.int().min(640).max(11_200).default(5600), {
    title: 'Silence that ends a turn whatever was said, ms',
    ...turns,
  }),
  rate: rateField,
  version: field(
    z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, 'is a date such as 2026-08-14')
      .default('2026-08-14'),
    {
      title: 'Version of the API',
      group: 'Address',
    },
  ),
  baseUrl: addressField('wss://api.cartesia.ai'),
})

export type Config = z.output<typeof settings>
