/** The providers a gateway is made with. */
import type { AgentSpec } from '../spec/agent.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import type { ModelSpec, RecogniserSpec, SpeakerSpec } from '../spec/speech.ts'
import type { ListPrice } from '../spec/usage.ts'
import { listPrices } from '../providers/prices.ts'
import { agents, carriers, models, recognisers, speakers } from '../providers/index.ts'

export interface ProviderSet {
  readonly carriers: readonly CarrierSpec[]
  readonly agents: readonly AgentSpec[]
  readonly recognisers: readonly RecogniserSpec[]
  readonly models: readonly ModelSpec[]
  readonly speakers: readonly SpeakerSpec[]
  /** What their vendors publish; default: none is known. */
  readonly prices?: readonly ListPrice[]
}

export const ownProviders: ProviderSet = { carriers, agents, recognisers, models, speakers, prices: listPrices }

export function everyProvider(set: ProviderSet) {
  return [...set.carriers, ...set.agents, ...set.recognisers, ...set.models, ...set.speakers]
}
