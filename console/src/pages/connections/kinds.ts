/** Kinds of providers as people know them. */
import type { Schemas } from '../../lib/api.ts'
import { recordOf } from '../../forms/model.ts'

type Provider = Schemas['Provider']
export type Kind = Provider['kind']

const titles: Readonly<Record<Kind, string>> = {
  carrier: 'Phone lines',
  agent: 'Voice agents',
  stt: 'Speech to text',
  llm: 'Language models',
  tts: 'Text to speech',
}

const one: Readonly<Record<Kind, string>> = {
  carrier: 'Phone line',
  agent: 'Voice agent',
  stt: 'Speech to text',
  llm: 'Language model',
  tts: 'Text to speech',
}

export function kindTitle(kind: Kind): string {
  return titles[kind]
}

export function kindName(kind: Kind): string {
  return one[kind]
}

/** Providers that need an account: every line, and vendors with something to keep secret. */
export function connectable(
  providers: readonly Provider[],
): readonly { readonly kind: Kind; readonly providers: readonly Provider[] }[] {
  const kinds = Object.keys(titles) as Kind[] // its own keys
  return kinds
    .map((kind) => ({ kind, providers: providers.filter((one) => one.kind === kind && needsAccount(one)) }))
    .filter((group) => group.providers.length > 0)
}

function needsAccount({ kind, settings }: Provider): boolean {
  if (kind === 'carrier') return true
  return Object.values(recordOf(settings['properties'])).some((field) => {
    const { env, refers } = recordOf(field)
    return env !== undefined && refers === undefined
  })
}
