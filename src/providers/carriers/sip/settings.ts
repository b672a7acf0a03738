/** What a SIP trunk is told: who the peer is, who may call, how calls and sound are to be. */
import { z } from 'zod'
import { listed } from '../../../lib/list.ts'
import { readBlock } from '../../../lib/net/address.ts'
import { field } from '../../../spec/provider.ts'

const list = z.string().max(2000)
const blocks = list.refine((text) => listed(text).every((one) => readBlock(one) !== undefined), {
  message: 'write addresses or CIDR blocks, separated by commas, such as 203.0.113.0/24',
})
const codecNames = ['pcmu', 'pcma', 'g722', 'opus', 'l16'] as const
const codecs = z
  .string()
  .refine((text) => listed(text).every((one) => codecNames.some((name) => name === one.toLowerCase())), {
    message: `choose among ${codecNames.join(', ')}`,
  })
const seconds = z.number().int().min(0)
/** One line for each: a name, its password. */
const extensionLines = z
  .string()
  .max(20_000)
  .refine((text) => readExtensions(text) !== undefined, {
    message: 'write one line for each extension: its name, a space, and a password of at least 10 characters',
  })

export const settings = z.object({
  host: field(
    z
      .string()
      .max(300)
      .regex(/^[^\s@/]+$/)
      .optional(),
    {
      title: 'Host of the peer',
      description:
        "The carrier's or the exchange's name or address; a port after a colon. Without it the line only takes calls.",
      env: 'OFFHOOK_SIP_HOST',
      examples: ['sip.carrier.example', '203.0.113.5:5080'],
    },
  ),
  transport: field(z.enum(['udp', 'tcp', 'tls']).optional(), {
    title: 'Transport',
    description: 'How we reach the peer. Empty: as its DNS says, else UDP.',
    env: 'OFFHOOK_SIP_TRANSPORT',
  }),
  username: field(z.string().max(200).optional(), { title: 'User name', env: 'OFFHOOK_SIP_USERNAME' }),
  password: field(z.string().max(200).optional(), { title: 'Password', secret: true, env: 'OFFHOOK_SIP_PASSWORD' }),
  register: field(z.boolean().default(false), {
    title: 'Register',
    description: 'We tell the peer where we are, and keep doing so: for lines that come with a user name.',
    env: 'OFFHOOK_SIP_REGISTER',
  }),
  allow: field(blocks.default(''), {
    title: 'Addresses that may call',
    description: 'Besides the addresses of the host: single ones or CIDR blocks, separated by commas.',
    env: 'OFFHOOK_SIP_ALLOW',
    examples: ['203.0.113.0/24, 198.51.100.7'],
  }),
  defaultFrom: field(z.string().min(1).max(300).optional(), {
    title: 'Default caller number',
    description: 'Used where a call names none: a number of yours, with plus.',
    env: 'OFFHOOK_SIP_NUMBER',
    examples: ['+14155550100'],
  }),
  agent: field(z.string().max(100).optional(), {
    title: 'Agent',
    description: 'Answers calls to numbers that have no agent of their own: its id, such as agt_….',
    env: 'OFFHOOK_SIP_AGENT',
  }),
  numbers: field(z.enum(['plus', 'digits']).default('plus'), {
    title: 'Numbers are written',
    description: 'plus: +14155550100. digits: 14155550100. What the peer sends is read either way.',
    group: 'Numbers',
  }),
  country: field(
    z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional(),
    {
      title: 'Country',
      description: 'Two letters: where national numbers that the peer sends belong (0151… becomes +49151… with DE).',
      group: 'Numbers',
      examples: ['US'],
    },
  ),
  fromDomain: field(
    z
      .string()
      .max(300)
      .regex(/^[^\s@/]+$/)
      .optional(),
    {
      title: 'Domain of the caller',
      description:
        'Stands behind the @ of From. Empty: the host where we register or have a user name, else our own address.',
      group: 'Numbers',
    },
  ),
  identity: field(z.boolean().default(true), {
    title: 'Assert the caller number',
    description: 'P-Asserted-Identity (RFC 3325) with the caller’s number.',
    group: 'Numbers',
  }),
  headersIn: field(list.default('X-*'), {
    title: 'Headers that reach the agent',
    description:
      'Of calls that come in: names separated by commas, X-* for all of them. X-Account-Id becomes the variable x_account_id.',
    group: 'Numbers',
  }),
  proxy: field(
    z
      .string()
      .max(300)
      .regex(/^[^\s@/]+$/)
      .optional(),
    {
      title: 'Outbound proxy',
      description: 'Requests go there instead of to the host.',
      group: 'Way',
      examples: ['sbc.carrier.example:5061'],
    },
  ),
  realm: field(z.string().max(200).optional(), {
    title: 'Realm',
    description: 'The password is proved to this realm only. Empty: to whichever the peer names.',
    group: 'Way',
  }),
  inboundPassword: field(z.string().min(10).max(200).optional(), {
    title: 'Password for calls that come in',
    description:
      'The peer proves it with its user name (the one above) when it calls: for peers without a fixed address.',
    secret: true,
    group: 'Way',
  }),
  uriCredentials: field(z.boolean().default(false), {
    title: 'Credentials in the address',
    description:
      'Calls to sip:agent:key@… are taken from anywhere when the key is the password for calls that come in. They end in logs of others: prefer addresses, TLS or digest.',
    group: 'Way',
  }),
  codecs: field(codecs.default('pcmu, pcma, g722, opus'), {
    title: 'Codecs',
    description: 'The best first: pcmu, pcma, g722, opus, l16.',
    group: 'Sound',
  }),
  srtp: field(z.enum(['off', 'optional', 'required']).default('off'), {
    title: 'Encrypted sound (SRTP, SDES)',
    description: 'The keys travel in the signalling. optional: only over TLS. required: always, so use TLS.',
    group: 'Sound',
  }),
  dtmf: field(z.enum(['auto', 'rtp', 'info', 'in-band']).default('auto'), {
    title: 'Keys are sent',
    description: 'auto: as RTP events (RFC 4733) where agreed on, else as tones. info: SIP INFO.',
    group: 'Sound',
  }),
  mediaTimeout: field(seconds.max(3600).default(60), {
    title: 'Silence on the wire (s)',
    description: 'A call without any packet of sound for so long is over, unless it is on hold. 0: never.',
    group: 'Sound',
  }),
  capture: field(z.boolean().default(false), {
    title: 'Keep packets of sound',
    description:
      'The newest of each call are kept in memory until ten minutes after its end, and stand in its pcap file. Signalling always does.',
    group: 'Sound',
  }),
  ringFor: field(seconds.max(60).default(0), {
    title: 'Rings at least (s)',
    description: 'Before a call that comes in is answered.',
    group: 'Calls',
  }),
  answerBy: field(seconds.min(1).max(120).default(10), {
    title: 'Rings at most (s)',
    description: 'A call that comes in is answered when the agent is there, and after this at the latest.',
    group: 'Calls',
  }),
  earlyMedia: field(z.boolean().default(false), {
    title: 'Early media',
    description:
      'Calls that come in get 183 with a description of our sound instead of 180: the way is open before the answer.',
    group: 'Calls',
  }),
  sessionExpires: field(seconds.max(86_400).default(1800), {
    title: 'Session timer (s)',
    description:
      'Both sides make sure this often that the call is still there (RFC 4028); at least 90. 0: we do not ask for it.',
    group: 'Calls',
  }),
  prack: field(z.enum(['supported', 'off']).default('supported'), {
    title: 'Reliable ringing (PRACK)',
    description: 'RFC 3262. supported: where the peer supports it too. off: for peers that trip over it.',
    group: 'Calls',
  }),
  probe: field(seconds.max(3600).default(0), {
    title: 'Asks the peer every (s)',
    description:
      'By OPTIONS, whether it is there; any answer will do. Calls to a peer that is down fail at once. 0: it is not asked.',
    group: 'Way',
    examples: ['60'],
  }),
  transfers: field(z.enum(['refer', 'second-leg']).default('refer'), {
    title: 'Transfers',
    description:
      'refer: the peer is asked to transfer; where it refuses, and with second-leg always, we call the other party ourselves.',
    group: 'Calls',
  }),
  mayRefer: field(z.boolean().default(false), {
    title: 'The peer may transfer our side',
    description:
      'By REFER: we call whom it names over this trunk, at the cost of this trunk and as far as the organization may call, and the agent goes on with them. Off: refused (603).',
    group: 'Calls',
  }),
  callsIn: field(z.number().int().min(1).max(10_000).default(500), {
    title: 'Calls in at once',
    description: 'Further ones hear that we are busy (503).',
    group: 'Calls',
  }),
  extensions: field(extensionLines.default(''), {
    title: 'Extensions',
    description:
      'Softphones of your own that register here: one line each, a name and a password. They can be called, transferred to, and call agents.',
    secret: true,
    multiline: true,
    group: 'Extensions',
    examples: ['101 long-and-unguessable'],
  }),
})

export type Settings = z.output<typeof settings>

/** Passwords by extension; undefined where a line cannot be read. */
export function readExtensions(text: string): ReadonlyMap<string, string> | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const read = lines.filter(Boolean).map((line) => /^([\w.+-]{1,40})[\s:=]+(\S{10,200})$/.exec(line))
  if (read.length > 500 || read.includes(null)) return undefined
  return new Map(read.map((match) => [match?.[1]?.toLowerCase() ?? '', match?.[2] ?? '']))
}
