/** A bot of the user's that takes and gives text over a WebSocket, in the manner of Twilio's ConversationRelay: hearing and speaking are ours. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { signatureOf } from '../../../protocols/twilio/signature.ts'
import { OffhookError } from '../../../spec/errors.ts'
import { field } from '../../../spec/provider.ts'
import type { ModelCall, ModelSocket, ModelSpec } from '../../../spec/speech.ts'
import { begin, step } from './talk.ts'

const group = 'Proof that it is us'

const settings = z.object({
  url: field(z.url({ protocol: /^wss?$/ }).max(2000), {
    title: 'Address of the bot',
    examples: ['wss://bot.example.com/relay'],
  }),
  authToken: field(z.string().trim().max(200).default(''), {
    title: 'Auth token',
    description: 'Signs the handshake as Twilio would (X-Twilio-Signature): the token that your bot checks with.',
    secret: true,
    env: 'BOT_AUTH_TOKEN',
    group,
  }),
  bearerToken: field(z.string().trim().max(2000).default(''), {
    title: 'Bearer token',
    description: 'Sent as "Authorization: Bearer …".',
    secret: true,
    env: 'BOT_BEARER_TOKEN',
    group,
  }),
  language: field(z.string().trim().max(20).default('en-US'), {
    title: 'Language',
    description: 'What the bot is told that the caller speaks.',
  }),
})

export type Config = z.output<typeof settings>

export const textBridge: ModelSpec<typeof settings> = {
  kind: 'llm',
  name: 'text-bridge',
  label: 'Your own bot (text, ConversationRelay)',
  about: 'A program of yours answers in text over a WebSocket, as it would to Twilio’s ConversationRelay.',
  settings,
  checklist: [
    'Enter the WebSocket address of your bot.',
    'Where it checks X-Twilio-Signature, enter the auth token that it checks with.',
  ],
  open(config, _host, call) {
    if (!call) throw new OffhookError('internal', 'a bot behind a socket answers calls only')
    return call.socket(translator(config, call))
  },
}

export function translator(config: Config, call: ModelCall): ModelSocket {
  const { url, authToken, bearerToken, language } = config
  const headers = {
    ...(authToken && { 'x-twilio-signature': signatureOf(authToken, url) }),
    ...(bearerToken && { authorization: `Bearer ${bearerToken}` }),
  }
  return {
    name: `the bot at ${new URL(url).host}`,
    secrets: [authToken, bearerToken],
    // Nothing is asked before the socket opens.
    // oxlint-disable-next-line require-yield
    *connect() {
      return { url, headers }
    },
    begin: () => begin(setup(call), language),
    step: (state, input) => step(state as ReturnType<typeof begin>, input), // what `begin` or the last step gave
  }
}

/** Ids have Twilio's shape, which bots check. */
function setup({ call, from, to, direction, variables }: ModelCall): object {
  const sid = (kind: string) => kind + createHash('sha256').update(`${kind}:${call}`).digest('hex').slice(0, 32)
  const parameters = Object.entries(variables).map(([name, value]) => [name, String(value ?? '')])
  return {
    type: 'setup',
    ...{ sessionId: sid('VX'), callSid: sid('CA'), accountSid: `AC${'0'.repeat(32)}`, from, to },
    direction: direction === 'inbound' ? 'inbound' : 'outbound-api',
    ...{ callType: 'PSTN', callStatus: 'IN-PROGRESS' },
    customParameters: { call, ...Object.fromEntries(parameters) },
  }
}
