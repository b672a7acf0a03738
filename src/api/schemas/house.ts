/** An organization's own choices, and a first look at it. */
import { z } from 'zod'
import { lineOf } from '../../calls/costs.ts'
import { priceUnits, type PriceUnit } from '../../spec/usage.ts'

const days = z.number().int().min(0).max(3_650).describe('Days; 0 keeps them')

const entries = z.array(z.string().min(1).max(255)).max(1_000)

const dialing = z
  .strictObject({
    allow: entries.describe('Leading digits such as +4420, or addresses with stars. Empty: all who need no permission'),
    block: entries.describe('The same; wins over everything'),
    premium: z.boolean().describe('Premium-rate numbers may be called'),
    foreign: z.boolean().describe('Numbers outside the country of the number that calls may be called'),
  })
  .describe('Whom calls and transfers may reach')

// Its keys are the units.
const units = Object.keys(priceUnits) as [PriceUnit, ...PriceUnit[]]

const price = z
  .strictObject({
    part: z.enum(['stt', 'llm', 'tts', 'agent']).describe('`agent`: one that hears and speaks as a whole'),
    provider: z.string().min(1).max(100).describe('As /v1/providers names it'),
    model: z.string().max(200).describe('A name, the beginning of names with *, or empty for every model'),
    unit: z.enum(units).describe('Tokens per million, characters per thousand, minutes one by one'),
    amount: z.number().min(0).max(1_000_000),
    currency: z.string().regex(/^[A-Z]{3}$/, 'is a currency of three capitals, such as USD'),
  })
  .meta({ id: 'Price' })

const prices = z
  .array(price)
  .max(500)
  .superRefine((all, context) => {
    const seen = new Set<string>()
    all.forEach((one, index) => {
      if (seen.has(lineOf(one)))
        context.addIssue({ code: 'custom', path: [index], message: 'there is a price for this already' })
      seen.add(lineOf(one))
    })
  })

export const priceInForce = z
  .object({
    ...price.shape,
    source: z.enum(['yours', 'published']),
    asOf: z.string().nullable().describe('The month a published price was looked up'),
  })
  .meta({ id: 'PriceInForce' })

export const houseSettings = z
  .strictObject({
    retention: z.strictObject({ recordingsDays: days, transcriptsDays: days, callsDays: days, wireDays: days }),
    redaction: z
      .strictObject({
        numbers: z.boolean().describe('Phone numbers, but for their ends'),
        transcripts: z.boolean().describe('What was said, pressed, and done by tools'),
        variables: z.boolean().describe('Variables and metadata of calls'),
        recordings: z.boolean().describe('Recordings and live listening'),
      })
      .describe('What viewers and outgoing webhooks are not shown'),
    dialing: dialing.optional().describe('Whom calls and transfers may reach; left out, it stays as it is'),
    prices: prices
      .optional()
      .describe('Your own, before those of /v1/prices that vendors publish; left out, they stay as they are'),
  })
  .meta({ id: 'Settings' })

export const overview = z
  .object({
    connections: z.number().int().describe('Carriers that people connected; simulated ones are not counted'),
    numbers: z.number().int().describe('On those connections'),
    agents: z.number().int(),
    users: z.number().int(),
    calls: z.number().int().describe('Ever'),
    callsToday: z.number().int().describe('Since `since`'),
    live: z.number().int(),
    simulators: z.boolean(),
    publicUrl: z.string(),
    version: z.string(),
  })
  .meta({ id: 'Overview' })
