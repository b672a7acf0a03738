import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { VirtualClock } from '../lib/clock.ts'
import { seededIds } from '../lib/ids.ts'
import { silentLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { AgentEvent, AgentSpec, Brief } from '../spec/agent.ts'
import { OffhookError } from '../spec/errors.ts'
import type { ModelSpec, PartHost, RecogniserSpec, SpeakerSpec } from '../spec/speech.ts'
import { openAgent, type AgentParts } from './agents.ts'
import { FakeAgent } from './fakes.ts'
import { FakeModel, FakeRecogniser, FakeSpeaker } from './pipeline/fakes.ts'

const brief: Brief = { call: 'c', direction: 'inbound', from: '', to: '', variables: {}, metadata: {}, tools: [] }
const settings = z.object({ level: z.number().default(1) })

/** A list of one provider. */
function find<T extends { readonly name: string }>(spec: T): (name: string) => T {
  return (name) => {
    if (name === spec.name) return spec
    throw new OffhookError('provider.unknown', `there is no '${name}'`)
  }
}

function setUp() {
  const clock = new VirtualClock()
  const host: PartHost = {
    scope: new Scope(),
    clock,
    ids: seededIds('agents'),
    stream: () => Promise.reject(new Error('no network in this test')),
  }
  const recognisers: FakeRecogniser[] = []
  const speakers: FakeSpeaker[] = []
  const levels: unknown[] = []
  const stt: RecogniserSpec<typeof settings> = {
    kind: 'stt',
    name: 'ears',
    label: 'Ears',
    settings,
    open({ level }) {
      levels.push(level)
      recognisers.push(new FakeRecogniser())
      return recognisers.at(-1)!
    },
  }
  const llm: ModelSpec = {
    kind: 'llm',
    name: 'brain',
    label: 'Brain',
    settings: z.object({}),
    open: () => new FakeModel(),
  }
  const tts: SpeakerSpec = {
    kind: 'tts',
    name: 'voice',
    label: 'Voice',
    settings: z.object({}),
    open() {
      speakers.push(new FakeSpeaker(clock))
      return Promise.resolve(speakers.at(-1)!)
    },
  }
  const parts: AgentParts = {
    recogniser: find<RecogniserSpec>(stt),
    model: find(llm),
    speaker: find(tts),
    connected: (kind, provider, connection) =>
      Promise.resolve(accounts[`${kind}/${provider}/${connection ?? 'default'}`] ?? {}),
    host,
    connect: () => Promise.reject(new Error('no sockets in this test')),
    logger: silentLogger,
  }
  const events: AgentEvent[] = []
  return { parts, recognisers, speakers, levels, events, emit: (event: AgentEvent) => void events.push(event) }
}

/** Stored connections by kind, provider and name. */
const accounts: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'stt/ears/default': { level: 5 },
  'stt/ears/con_second': { level: 7 },
}

function pipelineOf(
  changes: { readonly model?: string; readonly level?: unknown; readonly connection?: string } = {},
): AgentSpec {
  const { model = 'brain', connection } = changes
  const own = 'level' in changes ? { level: changes.level } : {}
  return {
    kind: 'agent',
    name: 'made',
    label: 'Made',
    settings: z.object({}),
    body: {
      by: 'pipeline',
      plan: () => ({
        recogniser: { provider: 'ears', settings: own, ...(connection && { connection }) },
        model: { provider: model, settings: {} },
        speaker: { provider: 'voice', settings: {} },
      }),
    },
  }
}

describe('open agent', () => {
  test('puts a pipeline together from parts of its own for every call', async () => {
    const { parts, recognisers, levels, events, emit } = setUp()
    const one = await openAgent(pipelineOf({ level: 3 }), {}, brief, parts, emit)
    const other = await openAgent(pipelineOf({ level: 3 }), {}, brief, parts, () => undefined)
    expect(events).toEqual([{ type: 'ready' }])
    expect(levels).toEqual([3, 3])
    expect(one.turns).toBe('engine')
    await one[Symbol.asyncDispose]()
    expect(recognisers.map(({ disposals }) => disposals)).toEqual([1, 0])
    await other[Symbol.asyncDispose]()
  })

  test.each([
    ['the default account lies under the settings of a part', {}, 5],
    ['a named account takes its place', { connection: 'con_second' }, 7],
    ["the part's own settings win", { connection: 'con_second', level: 9 }, 9],
  ])('%s', async (_, changes, level) => {
    const { parts, levels, emit } = setUp()
    await openAgent(pipelineOf(changes), {}, brief, parts, emit)
    expect(levels).toEqual([level])
  })

  test.each([
    ['an unknown part', pipelineOf({ model: 'nobody' }), 'provider.unknown'],
    ['settings of a part that do not fit', pipelineOf({ level: 'loud' }), 'settings.invalid'],
  ])('%s is refused, and the parts already open are closed', async (_, spec, code) => {
    const { parts, recognisers, speakers, emit } = setUp()
    await expect(openAgent(spec, {}, brief, parts, emit)).rejects.toMatchObject({ code })
    for (const part of [...recognisers, ...speakers]) expect(part.disposals).toBe(1)
  })

  test('opens an agent in this process with its settings checked', async () => {
    const { parts, emit } = setUp()
    const configs: unknown[] = []
    const spec: AgentSpec<typeof settings> = {
      kind: 'agent',
      name: 'port',
      label: 'Port',
      settings,
      body: {
        by: 'port',
        rate: () => 8000,
        open(config, _brief, tell) {
          configs.push(config)
          return new FakeAgent(tell)
        },
      },
    }
    await openAgent(spec, { greeting: 'of the talk' }, brief, parts, emit)
    expect(configs).toEqual([{ level: 1 }])
    await expect(openAgent(spec, { level: 'x' }, brief, parts, emit)).rejects.toMatchObject({
      code: 'settings.invalid',
    })
  })
})
