/** What a Telnyx connection needs to know. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const publicKey = z.string().regex(/^[\w+/=\s-]+$/, 'The public key is base64, as the portal shows it, or PEM')

export const settings = z.object({
  apiKey: field(z.string().regex(/^\S+$/, 'The API key has no spaces'), {
    title: 'API key',
    description: 'A v2 key; begins with KEY.',
    secret: true,
    env: 'TELNYX_API_KEY',
  }),
  publicKey: field(publicKey, {
    title: 'Public key',
    description: 'Telnyx signs its webhooks with the key that belongs to it.',
    env: 'TELNYX_PUBLIC_KEY',
    examples: ['A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg='],
  }),
  secondaryPublicKey: field(publicKey.optional(), {
    title: 'Secondary public key',
    description: 'While you rotate keys: webhooks signed by either one are accepted.',
  }),
  connectionId: field(z.string().regex(/^\d{1,30}$/, 'The connection id is a number'), {
    title: 'Connection id',
    description: 'The id of the Voice API application.',
    env: 'TELNYX_CONNECTION_ID',
    account: true,
    examples: ['1494404757140276705'],
  }),
  defaultFrom: field(z.string().min(1).optional(), {
    title: 'Default caller number',
    description: 'Used where a call names none: a number of yours, with plus.',
    env: 'TELNYX_PHONE_NUMBER',
    examples: ['+14155550100'],
  }),
  codec: field(z.enum(['PCMU', 'PCMA', 'L16']).default('PCMU'), {
    title: 'Codec',
    description: 'Of the media stream. PCMU suits phone lines; L16 is linear sound at 16 kHz.',
  }),
  byteOrder: field(z.enum(['little', 'big']).default('little'), {
    title: 'Byte order of L16',
    description:
      'Telnyx does not document it; its own demo is little-endian. Noise instead of speech: choose the other.',
    when: { field: 'codec', is: ['L16'] },
  }),
  detection: field(z.enum(['premium', 'standard']).default('premium'), {
    title: 'Answering machine detection',
    description: 'Premium also hears faxes, and is billed per call.',
  }),
  recordAtTelnyx: field(z.boolean().default(false), {
    title: 'Record at Telnyx too',
    description:
      'Calls to be recorded are recorded by Offhook. On, Telnyx makes (and bills) its own recording as well.',
  }),
  voice: field(z.string().min(1).default('female'), {
    title: 'Voice of voicemail messages',
    examples: ['female', 'Polly.Joanna-Neural', 'Telnyx.NaturalHD.astra'],
  }),
  language: field(z.string().min(2).default('en-US'), { title: 'Language of voicemail messages' }),
  apiBase: field(z.url({ protocol: /^https?$/, error: 'The API address is an http or https URL' }).optional(), {
    title: 'API address',
    description: 'Default https://api.telnyx.com/v2: a simulator, a proxy, or the European host.',
    env: 'TELNYX_API_BASE',
  }),
})

export type Settings = z.output<typeof settings>
