/** What a Vonage connection needs to know. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const secret = z.string().regex(/^\S+$/, 'The secret has no spaces')

export const settings = z.object({
  apiKey: field(z.string().regex(/^[0-9a-zA-Z]{4,32}$/, 'The API key is eight letters and digits'), {
    title: 'API key',
    secret: true,
    env: 'VONAGE_API_KEY',
    examples: ['a1b2c3d4'],
  }),
  apiSecret: field(secret, { title: 'API secret', secret: true, env: 'VONAGE_API_SECRET' }),
  applicationId: field(z.guid('The application id is a UUID'), {
    title: 'Application id',
    env: 'VONAGE_APPLICATION_ID',
    account: true,
    examples: ['aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab'],
  }),
  privateKey: field(z.string().regex(/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'The private key is PEM'), {
    title: 'Private key of the application',
    description: 'The file that the dashboard gave you with the application: it signs our requests.',
    secret: true,
    multiline: true,
    env: 'VONAGE_PRIVATE_KEY',
  }),
  signatureSecret: field(secret, {
    title: 'Signature secret',
    description: 'Of the account: Vonage signs its webhooks with it.',
    secret: true,
    env: 'VONAGE_SIGNATURE_SECRET',
  }),
  secondarySignatureSecret: field(secret.optional(), {
    title: 'Secondary signature secret',
    description: 'While you rotate secrets: webhooks signed by either one are accepted.',
    secret: true,
  }),
  defaultFrom: field(z.string().min(1).optional(), {
    title: 'Default caller number',
    description: 'Used where a call names none: a number of yours, with plus.',
    env: 'VONAGE_PHONE_NUMBER',
    examples: ['+14155550100'],
  }),
  rate: field(z.union([z.literal(8_000), z.literal(16_000), z.literal(24_000)]).default(16_000), {
    title: 'Sample rate',
    description: 'Of the media stream, in Hz.',
  }),
  recordAtCarrier: field(z.boolean().default(false), {
    title: 'Record at Vonage too',
    description: 'Calls to be recorded are recorded by Offhook. On, Vonage makes its own recording as well.',
  }),
  language: field(z.string().min(2).default('en-US'), { title: 'Language of voicemail messages' }),
  voiceStyle: field(z.number().int().min(0).max(99).default(0), {
    title: 'Voice of voicemail messages',
    description: 'The number of one of Vonage’s styles of this language.',
  }),
  apiBase: field(z.url({ protocol: /^https?$/, error: 'The API address is an http or https URL' }).optional(), {
    title: 'API address',
    description: 'Default https://api.nexmo.com: a region such as https://api-eu.vonage.com, a simulator or a proxy.',
    env: 'VONAGE_API_BASE',
  }),
  numbersBase: field(z.url({ protocol: /^https?$/, error: 'The address is an http or https URL' }).optional(), {
    title: 'Address of the numbers API',
    description: 'Default https://rest.nexmo.com.',
    env: 'VONAGE_NUMBERS_BASE',
  }),
})

export type Settings = z.output<typeof settings>
