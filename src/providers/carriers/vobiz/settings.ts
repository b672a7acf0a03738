/** What a Vobiz connection needs to know. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const token = z.string().regex(/^\S+$/, 'The auth token has no spaces')

export const settings = z.object({
  authId: field(z.string().regex(/^(MA|SA)_\w{1,60}$/, 'The auth id begins with MA_ or SA_'), {
    title: 'Auth ID',
    description: 'Begins with MA_, or with SA_ for a subaccount.',
    env: 'VOBIZ_AUTH_ID',
    account: true,
    examples: ['MA_EXAMPLE'],
  }),
  authToken: field(token, {
    title: 'Auth token',
    description: 'Vobiz signs its webhooks with it.',
    secret: true,
    env: 'VOBIZ_AUTH_TOKEN',
  }),
  parentAuthToken: field(token.optional(), {
    title: 'Parent’s auth token, or a second one',
    description:
      'For a subaccount, the main account’s; or the old one while you rotate tokens. Webhooks signed by any are accepted.',
    secret: true,
  }),
  applicationId: field(
    z
      .string()
      .regex(/^[\w-]{1,60}$/, 'The application id has letters and digits')
      .optional(),
    {
      title: 'Application id',
      description: 'Numbers are attached to it. Without one, an application is made when this is saved.',
      env: 'VOBIZ_APPLICATION_ID',
    },
  ),
  ownApplication: field(z.string().optional(), { title: 'Application made by us', managed: true }),
  defaultFrom: field(z.string().min(1).optional(), {
    title: 'Default caller number',
    description: 'Used where a call names none: a number of yours, with plus.',
    env: 'VOBIZ_PHONE_NUMBER',
    examples: ['+918040000001'],
  }),
  stripPlus: field(z.boolean().default(false), {
    title: 'Numbers without plus',
    description: 'Vobiz documents both ways. On, numbers are sent without their plus.',
  }),
  acceptUnsigned: field(z.boolean().default(false), {
    title: 'Accept unsigned callbacks',
    description:
      'For accounts whose callbacks Vobiz does not sign: they are believed by a secret in their address, which we write. Leave it off where signatures come.',
  }),
  recordAtCarrier: field(z.boolean().default(false), {
    title: 'Record at Vobiz too',
    description: 'Calls to be recorded are recorded by Offhook. On, Vobiz makes (and bills) its own recording as well.',
  }),
  voice: field(z.string().min(1).default('WOMAN'), { title: 'Voice of voicemail messages' }),
  language: field(z.string().min(2).default('en-US'), { title: 'Language of voicemail messages' }),
  apiBase: field(z.url({ protocol: /^https?$/, error: 'The API address is an http or https URL' }).optional(), {
    title: 'API address',
    description: 'Default https://api.vobiz.ai/api/v1: a simulator or a proxy.',
    env: 'VOBIZ_API_BASE',
  }),
})

export type Settings = z.output<typeof settings>
