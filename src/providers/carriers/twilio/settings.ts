/** What a Twilio connection needs to know, and where its REST API stands. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

/** Twilio's processing regions, each with the edge closest to it: a host needs both or neither. */
const homeEdges = { us1: 'ashburn', ie1: 'dublin', au1: 'sydney' } as const

export const settings = z
  .object({
    accountSid: field(z.string().regex(/^AC[0-9a-f]{32}$/i, 'The account SID is AC and 32 hex digits'), {
      title: 'Account SID',
      description: 'Begins with AC. Always needed, also with an API key: it stands in every address.',
      env: 'TWILIO_ACCOUNT_SID',
      account: true,
      examples: ['AC0123456789abcdef0123456789abcdef'],
    }),
    authToken: field(z.string().regex(/^\S+$/, 'The auth token has no spaces'), {
      title: 'Auth token',
      description: 'The primary token. Twilio signs its webhooks with it, so it is needed even with an API key.',
      secret: true,
      env: 'TWILIO_AUTH_TOKEN',
    }),
    secondaryAuthToken: field(z.string().regex(/^\S+$/, 'The auth token has no spaces').optional(), {
      title: 'Secondary auth token',
      description: 'While you rotate tokens: webhooks signed by either one are accepted.',
      secret: true,
    }),
    apiKeySid: field(
      z
        .string()
        .regex(/^SK[0-9a-f]{32}$/i, 'An API key SID is SK and 32 hex digits')
        .optional(),
      {
        title: 'API key SID',
        description: 'Optional: requests to Twilio are made with this key instead of the auth token.',
        env: 'TWILIO_API_KEY',
      },
    ),
    apiKeySecret: field(z.string().regex(/^\S+$/, 'The API key secret has no spaces').optional(), {
      title: 'API key secret',
      secret: true,
      env: 'TWILIO_API_SECRET',
    }),
    region: field(z.enum(['us1', 'ie1', 'au1']).optional(), {
      title: 'Region',
      description:
        'Where Twilio processes the calls; its credentials are the ones of that region. Default us1. Without an edge the region’s own is used: us1 ashburn, ie1 dublin, au1 sydney.',
      env: 'TWILIO_REGION',
    }),
    edge: field(
      z
        .string()
        .regex(/^[a-z][a-z-]*$/, 'An edge is a place such as dublin or sao-paulo')
        .optional(),
      {
        title: 'Edge',
        description: 'Where our requests enter Twilio’s network. Without a region it leads to us1.',
        env: 'TWILIO_EDGE',
        examples: ['ashburn', 'dublin', 'frankfurt', 'sydney'],
      },
    ),
    apiBase: field(z.url({ protocol: /^https?$/, error: 'The API address is an http or https URL' }).optional(), {
      title: 'API address',
      description: 'Overrides region and edge: a simulator or a proxy in front of api.twilio.com.',
      env: 'TWILIO_API_BASE',
    }),
    defaultFrom: field(z.string().min(1).optional(), {
      title: 'Default caller number',
      description: 'Used where a call names none: a number of yours, with plus.',
      env: 'TWILIO_PHONE_NUMBER',
      examples: ['+14155550100'],
    }),
    recordAtTwilio: field(z.boolean().default(false), {
      title: 'Record at Twilio too',
      description:
        'Calls to be recorded are recorded by Offhook. On, Twilio makes (and bills) its own recording as well.',
    }),
    voice: field(z.string().min(1).optional(), {
      title: 'Voice of voicemail messages',
      description: 'A voice of Twilio’s <Say>; default is Twilio’s own.',
      examples: ['Polly.Joanna-Neural', 'Google.de-DE-Neural2-A'],
    }),
    language: field(z.string().min(2).optional(), {
      title: 'Language of voicemail messages',
      description: 'A language of Twilio’s <Say>; default en-US.',
      examples: ['en-US', 'de-DE'],
    }),
  })
  .refine((given) => (given.apiKeySid === undefined) === (given.apiKeySecret === undefined), {
    message: 'An API key is its SID and its secret: give both, or neither to use the auth token',
    path: ['apiKeySecret'],
  })

export type Settings = z.output<typeof settings>

/**
 * `https://api.{edge}.{region}.twilio.com`, without a trailing slash. Twilio wants edge and region together: a missing
 * edge is the region's own, a missing region is us1 (docs: global-infrastructure, non-US region).
 */
export function apiBase({ apiBase: override, region, edge }: Settings): string {
  if (override !== undefined) return override.replace(/\/+$/, '')
  if (region === undefined && edge === undefined) return 'https://api.twilio.com'
  const place = region ?? 'us1'
  return `https://api.${edge ?? homeEdges[place]}.${place}.twilio.com`
}
