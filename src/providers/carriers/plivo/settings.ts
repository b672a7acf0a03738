/** What a Plivo connection needs to know. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const token = z.string().regex(/^\S+$/, 'The auth token has no spaces')

export const settings = z.object({
  authId: field(z.string().regex(/^(MA|SA)[A-Z0-9]{18}$/, 'The auth id is MA or SA and 18 letters and digits'), {
    title: 'Auth ID',
    description: 'Begins with MA, or with SA for a subaccount.',
    env: 'PLIVO_AUTH_ID',
    account: true,
    examples: ['MAXXXXXXXXXXXXXXXXXX'],
  }),
  authToken: field(token, {
    title: 'Auth token',
    description: 'Plivo signs its webhooks with it.',
    secret: true,
    env: 'PLIVO_AUTH_TOKEN',
  }),
  secondaryAuthToken: field(token.optional(), {
    title: 'Secondary auth token',
    description:
      'While you rotate tokens, or the main account’s token beside a subaccount’s: webhooks signed by any are accepted.',
    secret: true,
  }),
  applicationId: field(
    z
      .string()
      .regex(/^\d{5,30}$/, 'The application id is a number')
      .optional(),
    {
      title: 'Application id',
      description: 'Numbers are attached to it. Without one, an application is made when this is saved.',
      env: 'PLIVO_APP_ID',
    },
  ),
  ownApplication: field(z.string().optional(), { title: 'Application made by us', managed: true }),
  defaultFrom: field(z.string().min(1).optional(), {
    title: 'Default caller number',
    description: 'Used where a call names none: a number of yours, with plus.',
    env: 'PLIVO_PHONE_NUMBER',
    examples: ['+14155550100'],
  }),
  codec: field(z.enum(['mulaw', 'l16']).default('mulaw'), {
    title: 'Codec',
    description: 'Of the media stream: mu-law at 8 kHz suits phone lines; l16 is linear sound at 16 kHz.',
  }),
  recordAtCarrier: field(z.boolean().default(false), {
    title: 'Record at Plivo too',
    description: 'Calls to be recorded are recorded by Offhook. On, Plivo makes (and bills) its own recording as well.',
  }),
  voice: field(z.string().min(1).default('WOMAN'), {
    title: 'Voice of voicemail messages',
    examples: ['WOMAN', 'MAN', 'Polly.Joanna'],
  }),
  language: field(z.string().min(2).default('en-US'), { title: 'Language of voicemail messages' }),
  apiBase: field(z.url({ protocol: /^https?$/, error: 'The API address is an http or https URL' }).optional(), {
    title: 'API address',
    description: 'Default https://api.plivo.com/v1: a simulator or a proxy.',
    env: 'PLIVO_API_BASE',
  }),
})

export type Settings = z.output<typeof settings>
