/** What a person sets to have a bot answer that was written for Twilio's media streams. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const group = 'Proof that it is us'

export const settings = z.object({
  greeting: field(z.string().max(2000).optional(), {
    title: 'Greeting',
    description: 'Your bot speaks for itself: it gets this as the parameter "greeting", filled in, and may say it.',
  }),
  url: field(z.url({ protocol: /^(wss?|https?)$/ }).max(2000), {
    title: 'Address of the bot',
    description:
      'wss://… : its media stream. https://… : its voice webhook, which is asked first and answers TwiML with <Connect><Stream>.',
    examples: ['wss://bot.example.com/media', 'https://bot.example.com/voice'],
  }),
  authToken: field(z.string().trim().max(200).default(''), {
    title: 'Auth token',
    description:
      'Signs the webhook and the stream as Twilio would (X-Twilio-Signature): the token that your bot checks with.',
    secret: true,
    env: 'BOT_AUTH_TOKEN',
    group,
  }),
  bearerToken: field(z.string().trim().max(2000).default(''), {
    title: 'Bearer token',
    description: 'Sent as "Authorization: Bearer …" with the webhook and the stream.',
    secret: true,
    env: 'BOT_BEARER_TOKEN',
    group,
  }),
  accountSid: field(
    z
      .string()
      .trim()
      .regex(/^(AC[0-9a-f]{32})?$/, 'is AC and 32 of 0-9 and a-f')
      .default(''),
    {
      title: 'Account SID',
      description: 'What the bot is told; some check it. Empty: a made-up one.',
      group: 'Twilio’s words',
    },
  ),
})

export type Config = z.output<typeof settings>
