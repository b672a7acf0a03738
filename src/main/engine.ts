/** The engine, made of the providers and the settings of this process. */
import { join } from 'node:path'
import type { Engine } from '../calls/engine.ts'
import { callDefaults } from '../calls/engine.ts'
import { openEngine } from '../calls/open.ts'
import { openWireBook } from '../calls/wire.ts'
import { openAgent, type AgentParts } from '../conversation/agents.ts'
import { createVad } from '../media/vad/create.ts'
import { type TurnDetector, withEndings } from '../media/vad/endings.ts'
import { melodyTurns } from '../media/vad/melody.ts'
import { smartTurns } from '../media/vad/smart-turn.ts'
import { OffhookError } from '../spec/errors.ts'
import type { PartHost } from '../spec/speech.ts'
import type { Store } from '../store/contract.ts'
import { mediaTokens, openCoordination } from '../store/open.ts'
import type { Address } from './address.ts'
import type { GatewayOptions } from './gateway.ts'
import type { Network } from './network.ts'
import type { ProviderSet } from './providers.ts'
import type { RecordingFolder } from './recordings.ts'
import { replayFolder } from './replays.ts'
import { ours, telephoneVoice } from './voice.ts'

export interface EngineNeeds {
  readonly store: Store
  readonly network: Network
  readonly recordings: RecordingFolder
  readonly address: Address
  readonly count: Engine['count']
  readonly answering: ReadonlyMap<string, string>
}

export async function engineOf(options: GatewayOptions, needs: EngineNeeds): Promise<Engine> {
  const { environment, providers, clock, ids, logger, scope } = options
  const { store, network, recordings, address } = needs
  const coordination = await openCoordination({
    ...{ clock, ids, logger, scope },
    ...(environment.redisUrl === undefined ? {} : { redisUrl: environment.redisUrl }),
  })
  const host: PartHost = { scope, clock, ids, stream: network.stream, warm: (url) => void network.warm(url) }
  const parts = partsOf(providers, host)
  const vads = await createVad({ kind: environment.vad, scope })
  const turns = await turnsOf(options)
  const speak = telephoneVoice(providers.speakers, host, ours)
  return openEngine({
    carriers: byName(providers.carriers),
    agents: byName(providers.agents),
    prices: providers.prices ?? [],
    openAgent: (spec, config, { brief, organization, screen, spareVoice }, emit) => {
      const connected = connectionsOf(store, organization)
      return openAgent(
        spec,
        config,
        brief,
        {
          ...{ ...parts, connected, host, connect: network.connect, logger },
          ...(screen && { screen }),
          ...(spareVoice && { spareVoice }),
        },
        emit,
      )
    },
    store,
    coordination,
    tokens: mediaTokens(coordination, ids),
    ...{ clock, ids, logger, scope },
    vad: (hangover) => withEndings(vads.factory({ hangover, pause: shortestPause }), turns),
    request: network.request,
    stream: network.stream,
    publicUrl: address.url,
    settings: { ...callDefaults, record: environment.record },
    node: ids.id('node'),
    count: needs.count,
    answering: (ref) => needs.answering.get(ref),
    openRecording: recordings.open,
    speak: async (text) => ({ pcm: await speak(text), rate: 8_000 }),
    wire: openWireBook({ store, coordination, clock, logger, scope }),
    ...(environment.replay ? { openInputs: replayFolder(join(environment.dataDir, 'replays'), clock, logger) } : {}),
  })
}

/** Who judges from the sound alone whether a turn is over. */
async function turnsOf({ environment, scope, clock, logger }: GatewayOptions): Promise<TurnDetector> {
  const path = environment.smartTurn
  if (path === undefined) return melodyTurns
  return smartTurns({ path, scope, clock, failed: (message) => logger.warn(`end of turn not judged: ${message}`) })
}

/** Silence after which somebody has paused, ms. */
const shortestPause = 120

/** An organization's accounts at AI vendors, for the parts of its agents. */
function connectionsOf(store: Store, organization: string): AgentParts['connected'] {
  return async (kind, provider, id) => {
    if (id === undefined) return (await store.connections.default(organization, kind, provider))?.settings ?? {}
    const named = await store.connections.get(organization, id)
    if (named?.kind === kind && named.provider === provider) return named.settings
    throw new OffhookError('not-found', `There is no ${kind} connection "${id}" of provider "${provider}"`)
  }
}

function partsOf(providers: ProviderSet, host: PartHost) {
  const pick = <T extends { readonly name: string; readonly kind: string }>(kind: string, specs: readonly T[]) => {
    const known = byName(specs)
    return (name: string): T => {
      const spec = known.get(name)
      if (spec) return spec
      throw new OffhookError(
        'provider.unknown',
        `There is no ${kind} provider "${name}" (known: ${[...known.keys()].join(', ')})`,
      )
    }
  }
  return {
    recogniser: pick('stt', providers.recognisers),
    model: pick('llm', providers.models),
    speaker: pick('tts', providers.speakers),
    host,
  }
}

/** Two providers of one name are refused at start. */
function byName<T extends { readonly name: string; readonly kind: string }>(
  specs: readonly T[],
): ReadonlyMap<string, T> {
  const map = new Map<string, T>()
  for (const spec of specs) {
    if (map.has(spec.name))
      throw new OffhookError('provider.duplicate', `Two ${spec.kind} providers are named "${spec.name}": rename one`)
    map.set(spec.name, spec)
  }
  return map
}
