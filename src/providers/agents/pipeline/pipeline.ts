/** An agent of parts that the user chooses: any recogniser, any model, any speaker. */
import { z } from 'zod'
import type { AgentSpec, PlannedPart } from '../../../spec/agent.ts'
import { field } from '../../../spec/provider.ts'

const provider = z.string().regex(/^[a-z0-9-]*$/, 'is the name of a provider: lower-case letters, digits and hyphens')

type Part = 'stt' | 'llm' | 'tts'

/** Which provider does this part. */
function maker(kind: Part, fallback: string, title: string, group?: string) {
  const type = fallback ? provider.min(1) : provider
  return field(type.default(fallback), { title, refers: { to: 'provider', kind }, ...(group && { group }) })
}

/** Several accounts at one vendor: which of them. */
function account(kind: Part, of: string, title: string, group?: string) {
  return field(z.string().max(100).default(''), {
    title,
    description: 'A connection of that provider. Empty: its default connection, if there is one.',
    refers: { to: 'connection', kind, of },
    ...(group && { group }),
  })
}

/** Settings of a part hold its keys, so they are kept as a secret is. */
function part(kind: Part, of: string, title: string, group?: string) {
  return field(z.record(z.string(), z.unknown()).default({}), {
    title,
    description: 'The settings of that provider, as it describes them.',
    secret: true,
    refers: { to: 'settings', kind, of },
    ...(group && { group }),
  })
}

const ifDeaf = 'If speech to text fails'
const ifDumb = 'If the model fails'
const ifMute = 'If text to speech fails'

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
  recogniser2: maker('stt', '', 'Second', ifDeaf),
  recogniser2Connection: account('stt', 'recogniser2', 'Connection of the second', ifDeaf),
  recogniser2Settings: part('stt', 'recogniser2', 'Settings of the second', ifDeaf),
  recogniser3: maker('stt', '', 'Third', ifDeaf),
  recogniser3Connection: account('stt', 'recogniser3', 'Connection of the third', ifDeaf),
  recogniser3Settings: part('stt', 'recogniser3', 'Settings of the third', ifDeaf),
  model2: maker('llm', '', 'Second', ifDumb),
  model2Connection: account('llm', 'model2', 'Connection of the second', ifDumb),
  model2Settings: part('llm', 'model2', 'Settings of the second', ifDumb),
  model3: maker('llm', '', 'Third', ifDumb),
  model3Connection: account('llm', 'model3', 'Connection of the third', ifDumb),
  model3Settings: part('llm', 'model3', 'Settings of the third', ifDumb),
  modelPatience: field(z.number().min(0.5).max(15).default(5), {
    title: 'Its first word within (seconds)',
    description: 'A model that is silent for longer is left for the next one, if there is one.',
    group: ifDumb,
  }),
  speaker2: maker('tts', '', 'Second', ifMute),
  speaker2Connection: account('tts', 'speaker2', 'Connection of the second', ifMute),
  speaker2Settings: part('tts', 'speaker2', 'Settings of the second', ifMute),
  speaker3: maker('tts', '', 'Third', ifMute),
  speaker3Connection: account('tts', 'speaker3', 'Connection of the third', ifMute),
  speaker3Settings: part('tts', 'speaker3', 'Settings of the third', ifMute),
})

type Config = z.output<typeof settings>

/** Who does it first, and who stands in, in order; a place that is empty is passed over. */
function planned(config: Config, name: 'recogniser' | 'model' | 'speaker'): PlannedPart {
  const one = (of: `${typeof name}${'' | '2' | '3'}`): PlannedPart => {
    const connection = config[`${of}Connection`]
    return { provider: config[of], settings: config[`${of}Settings`], ...(connection && { connection }) }
  }
  const standIns = [one(`${name}2`), one(`${name}3`)].filter(({ provider }) => provider !== '')
  return { ...one(name), ...(standIns.length > 0 && { standIns }) }
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
      recogniser: planned(config, 'recogniser'),
      model: planned(config, 'model'),
      speaker: planned(config, 'speaker'),
      patience: config.modelPatience * 1000,
      ...(config.prompt && { prompt: config.prompt }),
    }),
  },
}
