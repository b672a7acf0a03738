/** An agent of parts that the user chooses: any recogniser, any model, any speaker. */
import { z } from 'zod'
import type { AgentSpec, PlannedPart } from '../../../spec/agent.ts'
import { field } from '../../../spec/provider.ts'

const provider = z.string().regex(/^[a-z0-9-]+$/, 'is the name of a provider: lower-case letters, digits and hyphens')

type Part = 'stt' | 'llm' | 'tts'

/** Which provider does this part. */
function maker(kind: Part, fallback: string, title: string) {
  return field(provider.default(fallback), { title, refers: { to: 'provider', kind } })
}

/** Several accounts at one vendor: which of them. */
function account(kind: Part, of: string, title: string) {
  return field(z.string().max(100).default(''), {
    title,
    description: 'A connection of that provider. Empty: its default connection, if there is one.',
    refers: { to: 'connection', kind, of },
  })
}

/** Settings of a part hold its keys, so they are kept as a secret is. */
function part(kind: Part, of: string, title: string) {
  return field(z.record(z.string(), z.unknown()).default({}), {
    title,
    description: 'The settings of that provider, as it describes them.',
    secret: true,
    refers: { to: 'settings', kind, of },
  })
}

const settings = z.object({
  recogniser: maker('stt', 'local', 'Speech to text'),
  recogniserConnection: account('stt', 'recogniser', 'Connection of speech to text'),
  recogniserSettings: part('stt', 'recogniser', 'Settings of speech to text'),
  model: maker('llm', 'scripted', 'Model'),
  modelConnection: account('llm', 'model', 'Connection of the model'),
  modelSettings: part('llm', 'model', 'Settings of the model'),
  speaker: maker('tts', 'local', 'Text to speech'),
  speakerConnection: account('tts', 'speaker', 'Connection of text to speech'),
  speakerSettings: part('tts', 'speaker', 'Settings of text to speech'),
  prompt: field(z.string().max(20_000).default(''), {
    title: 'Prompt',
    description: "What the model is told about its task; {name} is filled from the call's variables.",
    multiline: true,
  }),
})

function planned(name: string, connection: string, own: PlannedPart['settings']): PlannedPart {
  return { provider: name, settings: own, ...(connection && { connection }) }
}

export const pipeline: AgentSpec<typeof settings> = {
  kind: 'agent',
  name: 'pipeline',
  label: 'Pipeline',
  about: 'Speech to text, a language model, text to speech: each from the provider you choose.',
  settings,
  body: {
    by: 'pipeline',
    plan: (config) => ({
      recogniser: planned(config.recogniser, config.recogniserConnection, config.recogniserSettings),
      model: planned(config.model, config.modelConnection, config.modelSettings),
      speaker: planned(config.speaker, config.speakerConnection, config.speakerSettings),
      ...(config.prompt && { prompt: config.prompt }),
    }),
  },
}
