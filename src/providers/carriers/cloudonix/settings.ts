/** What a Cloudonix connection needs to know. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const word = z.string().regex(/^[\w.-]{1,120}$/, 'Letters, digits, dots and hyphens')

export const settings = z.object({
  domain: field(word, {
    title: 'Domain',
    description: 'Its full name, as Cloudonix writes it in its requests.',
    env: 'CLOUDONIX_DOMAIN',
    account: true,
    examples: ['acme.cloudonix.net'],
  }),
  apiKey: field(z.string().regex(/^\S+$/, 'The API key has no spaces'), {
    title: 'Domain API key',
    description: 'Our requests are made with it.',
    secret: true,
    env: 'CLOUDONIX_API_KEY',
  }),
  requestsKey: field(
    z.string().regex(/^[\x21-\x7e]{16,200}$/, 'The requests key has 16 letters or more, and no spaces'),
    {
      title: 'Requests key',
      description:
        'Made up by you, and set as the domain’s "authorization-api-key": Cloudonix sends it with its requests, and nothing else tells them from anybody’s.',
      secret: true,
      env: 'CLOUDONIX_REQUESTS_KEY',
    },
  ),
  secondaryRequestsKey: field(
    z
      .string()
      .regex(/^[\x21-\x7e]{16,200}$/, 'The requests key has 16 letters or more')
      .optional(),
    {
      title: 'Secondary requests key',
      description: 'While you change the key: either one is accepted.',
      secret: true,
    },
  ),
  application: field(word.optional(), {
    title: 'Voice application',
    description:
      'Its name: numbers point at it, and it points here. Without one, an application is made when this is saved.',
    env: 'CLOUDONIX_APPLICATION',
  }),
  trunk: field(word.optional(), {
    title: 'Trunk',
    description:
      'The name of the SIP trunk for outbound calls. Without one, Cloudonix tries each in the order of their making.',
    env: 'CLOUDONIX_TRUNK',
  }),
  ownApplication: field(z.string().optional(), { title: 'Application made by us', managed: true }),
  defaultFrom: field(z.string().min(1).optional(), {
    title: 'Default caller number',
    description: 'Used where a call names none: a number that your trunk may show, with plus.',
    env: 'CLOUDONIX_PHONE_NUMBER',
    examples: ['+14155550100'],
  }),
  recordAtCarrier: field(z.boolean().default(false), {
    title: 'Record at Cloudonix too',
    description: 'Calls to be recorded are recorded by Offhook. On, outbound calls are recorded at Cloudonix as well.',
  }),
  voice: field(z.string().min(1).optional(), { title: 'Voice of voicemail messages' }),
  language: field(z.string().min(2).default('en-US'), { title: 'Language of voicemail messages' }),
  apiBase: field(z.url({ protocol: /^https?$/, error: 'The API address is an http or https URL' }).optional(), {
    title: 'API address',
    description: 'Default https://api.cloudonix.io: a simulator or a proxy.',
    env: 'CLOUDONIX_API_BASE',
  }),
})

export type Settings = z.output<typeof settings>
