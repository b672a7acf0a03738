/** What Deepgram wants to know: an account, a model, and when a turn is over. */
import { z } from 'zod'
import {
  addressField,
  keyField,
  languageField,
  rateField,
  termsField,
  turnsField,
} from '../../../protocols/recogniser/settings.ts'
import { field } from '../../../spec/provider.ts'

const flux = ['flux-general-en', 'flux-general-multi']
const eager =
  'Begin an answer at this confidence, before the turn is surely over; never above "End of turn". Empty: never.'

export const settings = z.object({
  key: keyField('DEEPGRAM_API_KEY', 'console.deepgram.com, API keys.'),
  model: field(z.string().trim().min(1).max(100).default('nova-3'), {
    title: 'Model',
    description: 'nova models write down what is said; flux models also tell when a turn is over.',
    examples: ['nova-3', 'nova-2-phonecall', ...flux],
  }),
  language: languageField('en', 'nova: the language spoken (multi: several); flux-general-multi: a hint.'),
  terms: termsField(100),
  turns: turnsField,
  endpointing: field(z.int().min(10).max(5000).default(300), {
    title: 'Pause that ends a phrase, ms',
    description: 'nova only.',
    group: 'Turns',
    when: { field: 'turns', is: ['vendor'] },
  }),
  endOfTurn: field(z.number().min(0.5).max(0.9).default(0.7), {
    title: 'End of turn, confidence',
    description: 'flux only.',
    group: 'Turns',
  }),
  eagerEndOfTurn: field(z.number().min(0.3).max(0.9).optional(), {
    title: 'Early end of turn, confidence',
    description: `flux only. ${eager}`,
    group: 'Turns',
  }),
  endOfTurnAfter: field(z.int().min(500).max(10_000).default(5000), {
    title: 'Silence that ends a turn whatever was said, ms',
    description: 'flux only.',
    group: 'Turns',
  }),
  rate: rateField,
  baseUrl: addressField('wss://api.deepgram.com'),
})

export type Config = z.output<typeof settings>

export function isFlux({ model }: Config): boolean {
  return model.startsWith('flux')
}
