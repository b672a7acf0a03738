/** What a person sets to talk to an agent that was made at ElevenLabs. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const formats = ['ulaw_8000', 'pcm_8000', 'pcm_16000', 'pcm_22050', 'pcm_24000', 'pcm_44100', 'pcm_48000'] as const

const allowed = 'Only if the agent allows it (Security, Overrides).'

export const settings = z.object({
  greeting: field(z.string().max(2000).optional(), {
    title: 'Greeting',
    description: `In the place of the agent's own first message; {name} is filled from the call's variables. ${allowed}`,
  }),
  agentId: field(z.string().trim().min(1).max(200), {
    title: 'Agent id',
    description: 'From the agent’s page, or the id of a speech engine.',
    examples: ['agent_0123456789abcdef'],
  }),
  apiKey: field(z.string().trim().max(500).default(''), {
    title: 'API key',
    description:
      'From elevenlabs.io, "API keys". Empty: the account’s (a connection, or ELEVENLABS_API_KEY); without any, the agent must be public.',
    secret: true,
    env: 'ELEVENLABS_API_KEY',
  }),
  prompt: field(z.string().max(50_000).default(''), {
    title: 'Prompt instead of the agent’s own',
    description: `{name} is filled from the call's variables. ${allowed}`,
    multiline: true,
    group: 'Instead of the agent’s own',
  }),
  voiceId: field(z.string().trim().max(100).default(''), {
    title: 'Voice',
    description: `Its id. ${allowed}`,
    group: 'Instead of the agent’s own',
  }),
  language: field(z.string().trim().max(20).default(''), {
    title: 'Language',
    description: `A tag such as en. ${allowed}`,
    group: 'Instead of the agent’s own',
  }),
  hears: field(z.enum(formats).default('ulaw_8000'), {
    title: 'Sound the agent hears',
    description: 'As it is set at the agent. Another one that it declares is obeyed, at the price of a conversion.',
    group: 'Sound',
  }),
  speaks: field(z.enum(formats).default('ulaw_8000'), { title: 'Sound the agent speaks', group: 'Sound' }),
  baseUrl: field(
    z
      .url({ protocol: /^https?$/ })
      .transform(withoutSlash)
      .default('https://api.elevenlabs.io'),
    {
      title: 'Address',
      description: 'Of the API; regions have their own.',
      group: 'Server',
      examples: ['https://api.elevenlabs.io', 'https://api.us.elevenlabs.io', 'https://api.eu.residency.elevenlabs.io'],
    },
  ),
})

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

export type Config = z.output<typeof settings>
