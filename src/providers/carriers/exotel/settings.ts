/** What an Exotel connection needs to know. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const key = z.string().regex(/^\S+$/, 'It has no spaces')

export const settings = z.object({
  accountSid: field(z.string().regex(/^[\w-]{2,80}$/, 'The account SID is a word such as acme12m'), {
    title: 'Account SID',
    env: 'EXOTEL_ACCOUNT_SID',
    account: true,
    examples: ['acme12m'],
  }),
  apiKey: field(key, { title: 'API key', secret: true, env: 'EXOTEL_API_KEY' }),
  apiToken: field(key, { title: 'API token', secret: true, env: 'EXOTEL_API_TOKEN' }),
  region: field(z.enum(['mumbai', 'singapore']).default('mumbai'), {
    title: 'Region',
    description: 'Where the account is.',
    env: 'EXOTEL_REGION',
  }),
  webhookSecret: field(z.string().regex(/^[\w-]{16,200}$/, 'Sixteen letters, digits, - and _ or more'), {
    title: 'Webhook secret',
    description: 'Made up by you. Exotel signs nothing: requests are believed when their address has this secret.',
    secret: true,
    env: 'EXOTEL_WEBHOOK_SECRET',
  }),
  secondaryWebhookSecret: field(
    z
      .string()
      .regex(/^[\w-]{16,200}$/, 'Sixteen letters, digits, - and _ or more')
      .optional(),
    {
      title: 'Secondary webhook secret',
      description: 'While you change the secret: either one is accepted.',
      secret: true,
    },
  ),
  allowedAddresses: field(
    z
      .string()
      .regex(/^[\da-f.:,\s]*$/i, 'IP addresses, separated by commas')
      .optional(),
    {
      title: 'Allowed addresses',
      description: 'Optional: only requests from these IP addresses are believed. Exotel’s support names them.',
      examples: ['203.0.113.7, 203.0.113.8'],
    },
  ),
  flowId: field(
    z
      .string()
      .regex(/^\d{1,20}$/, 'The flow id is a number')
      .optional(),
    {
      title: 'Flow id',
      description: 'The flow with the Voicebot applet: numbers are pointed at it.',
      env: 'EXOTEL_FLOW_ID',
    },
  ),
  defaultFrom: field(z.string().min(1).optional(), {
    title: 'Default ExoPhone',
    description: 'Used where a call names none.',
    env: 'EXOTEL_PHONE_NUMBER',
    examples: ['+918047491899'],
  }),
  rate: field(z.union([z.literal(8_000), z.literal(16_000), z.literal(24_000)]).default(16_000), {
    title: 'Sample rate',
    description: 'Of the media stream, in Hz. Messages hold 100 ms; at 8000 Hz, 200 ms.',
  }),
  recordAtCarrier: field(z.boolean().default(false), {
    title: 'Record at Exotel too',
    description: 'Calls to be recorded are recorded by Offhook. On, outbound calls are recorded by Exotel as well.',
  }),
  apiBase: field(z.url({ protocol: /^https?$/, error: 'The API address is an http or https URL' }).optional(), {
    title: 'API address',
    description: 'Overrides the region: a simulator or a proxy.',
    env: 'EXOTEL_API_BASE',
  }),
})

export type Settings = z.output<typeof settings>
