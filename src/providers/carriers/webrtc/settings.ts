/** What a browser line is told: who answers, which pages may call, and how media finds its way. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const list = z.string().max(2000)
const portRange = z.string().regex(/^\d{1,5}-\d{1,5}$/, 'write a range such as 20000-20999')

export const settings = z.object({
  agent: field(z.string().optional(), {
    title: 'Agent',
    description: 'Answers when a caller names no agent: its id, such as agt_….',
    env: 'OFFHOOK_WEBRTC_AGENT',
    examples: ['agt_receptionist'],
  }),
  origins: field(list.default(''), {
    title: 'Allowed origins',
    description: 'Web pages that may call, besides our own: origins separated by commas, or *.',
    env: 'OFFHOOK_WEBRTC_ORIGINS',
    examples: ['https://app.example.com'],
  }),
  codec: field(z.enum(['opus', 'pcmu']).default('opus'), {
    title: 'Preferred codec',
    description: 'Opus sounds better and survives loss; PCMU costs less of a processor.',
    env: 'OFFHOOK_WEBRTC_CODEC',
  }),
  rate: field(z.union([z.literal(8000), z.literal(16_000), z.literal(24_000), z.literal(48_000)]).default(16_000), {
    title: 'Opus sample rate (Hz)',
    description: 'What Opus is decoded to. Speech models hear 16000; more costs more.',
    when: { field: 'codec', is: ['opus'] },
  }),
  mode: field(z.enum(['multiple', 'single']).default('multiple'), {
    title: 'Callers',
    description: 'single: one caller at a time; a second is refused.',
    env: 'OFFHOOK_WEBRTC_MODE',
  }),
  publicAddress: field(z.union([z.ipv4(), z.ipv6()]).optional(), {
    title: 'Public IP address',
    description: 'The address browsers reach us at, where the machine itself has another (1:1 NAT, containers).',
    env: 'OFFHOOK_WEBRTC_PUBLIC_ADDRESS',
    examples: ['203.0.113.7'],
  }),
  ports: field(portRange.optional(), {
    title: 'UDP ports',
    description: 'Media uses these ports only: open them in the firewall. Default: any.',
    env: 'OFFHOOK_WEBRTC_PORTS',
    examples: ['20000-20999'],
  }),
  stun: field(list.default(''), {
    title: 'STUN servers',
    description: 'URLs separated by commas; browsers are told of them too.',
    env: 'OFFHOOK_WEBRTC_STUN',
    examples: ['stun:stun.example.com:3478'],
  }),
  turn: field(list.default(''), {
    title: 'TURN servers',
    description: 'Relays for networks that let no other media through: URLs separated by commas.',
    env: 'OFFHOOK_WEBRTC_TURN',
    examples: ['turn:turn.example.com:3478?transport=udp'],
  }),
  turnUser: field(z.string().optional(), { title: 'TURN user', env: 'OFFHOOK_WEBRTC_TURN_USER' }),
  turnPassword: field(z.string().optional(), {
    title: 'TURN password',
    description: 'A fixed one; browsers see it. A shared secret is safer.',
    secret: true,
    env: 'OFFHOOK_WEBRTC_TURN_PASSWORD',
  }),
  turnSecret: field(z.string().optional(), {
    title: 'TURN shared secret',
    description: "Makes credentials that run out (coturn's use-auth-secret). Takes the place of user and password.",
    secret: true,
    env: 'OFFHOOK_WEBRTC_TURN_SECRET',
  }),
  turnLifetime: field(z.number().int().min(60).max(604_800).default(86_400), {
    title: 'Life of TURN credentials (s)',
  }),
  relayOnly: field(z.boolean().default(false), {
    title: 'Only by relay',
    description: 'All media goes through TURN: our addresses are told to nobody.',
    env: 'OFFHOOK_WEBRTC_RELAY_ONLY',
  }),
  privateCandidates: field(z.enum(['auto', 'allow', 'drop']).default('auto'), {
    title: "Callers' private addresses",
    description:
      'Whether media may be tried at private addresses that a caller names. auto: only while our own public address is private too.',
    env: 'OFFHOOK_WEBRTC_PRIVATE_CANDIDATES',
  }),
  plainAnswer: field(z.boolean().default(false), {
    title: 'Plain answers (ESP32)',
    description: 'For devices with a small DTLS stack: SHA-256 fingerprints only, candidates of one address.',
    env: 'OFFHOOK_WEBRTC_PLAIN_ANSWER',
  }),
  answerHost: field(z.union([z.ipv4(), z.ipv6()]).optional(), {
    title: 'Address in plain answers',
    description: 'Candidates of other addresses, and those behind NAT or relays, are left out.',
    when: { field: 'plainAnswer', is: [true] },
  }),
  connectTimeout: field(z.number().int().min(2).max(120).default(60), {
    title: 'Time to connect (s)',
    description: 'From the answer until media flows.',
  }),
  channelTimeout: field(z.number().int().min(1).max(60).default(10), {
    title: 'Time for the data channel (s)',
    description: 'From connected media until the data channel that was offered is open.',
  }),
  callers: field(z.number().int().min(1).max(5000).default(500), {
    title: 'Callers at a time',
  }),
  callersPerAddress: field(z.number().int().min(1).max(5000).default(50), {
    title: 'Callers at a time from one address',
  }),
  offersPerMinute: field(z.number().int().min(1).max(60_000).default(120), {
    title: 'Offers a minute from one address',
  }),
})

export type Settings = z.output<typeof settings>
