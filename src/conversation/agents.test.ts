import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { settle, VirtualClock } from '../lib/clock.ts'
import { seededIds } from '../lib/ids.ts'
import { silentLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { AgentEvent, AgentSpec, Brief } from '../spec/agent.ts'
import { OffhookError } from '../spec/errors.ts'
import type { ModelSpec, PartHost, RecogniserSpec, SpeakerSpec } from '../spec/speech.ts'
import { openAgent, type AgentParts } from './agents.ts'
import { FakeAgent } from './fakes.ts'
import { FakeModel, FakeRecogniser, FakeSpeaker } from './pipeline/fakes.ts'
import { fakeEars, fakeVoice, FakeVendor } from './pipeline/socket-fakes.ts'

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
  const models: FakeModel[] = []
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
    open() {
      models.push(new FakeModel())
      return models.at(-1)!
    },
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
  return { parts, recognisers, models, speakers, levels, events, emit: (event: AgentEvent) => void events.push(event) }
}

/** Stored connections by kind, provider and name. */
const accounts: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'stt/ears/default': { level: 5 },
  'agent/wired/default': { key: 'account', level: 3 },
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

  test.each([
    ['an agent on a wire takes from the account what it leaves as it is', {}, { key: 'account', level: 3 }],
    ['and has its own way in the rest', { key: 'own', level: 2 }, { key: 'own', level: 2 }],
  ])('%s', async (_, own, expected) => {
    const { parts, emit } = setUp()
    const configs: unknown[] = []
    const wired = z.object({ key: z.string().default(''), level: z.number().default(1) })
    const body: AgentSpec<typeof wired>['body'] = {
      by: 'wire',
      // oxlint-disable-next-line require-yield -- no request is needed before the socket
      *open(config) {
        configs.push(config)
        return { url: 'wss://vendor.test', headers: {} }
      },
      begin: () => undefined,
      step: (state) => ({ state, events: [], messages: [] }),
      turns: () => 'agent',
      rates: () => ({ hears: 8000, speaks: 8000 }),
    }
    const spec: AgentSpec<typeof wired> = { kind: 'agent', name: 'wired', label: 'Wired', settings: wired, body }
    await expect(openAgent(spec, own, brief, parts, emit)).rejects.toThrow('no sockets')
    expect(configs).toEqual([expected])
  })

  const partsOf = (changes: Readonly<Record<string, unknown>>): AgentSpec => {
    const part = (provider: string) => ({ provider, settings: {} })
    const plan = { recogniser: part('ears'), model: part('brain'), speaker: part('voice'), ...changes }
    const body = { by: 'pipeline', plan: () => plan } as const
    return { kind: 'agent', name: 'made', label: 'Made', settings: z.object({}), body }
  }

  test('who stands in is opened when it is needed; who never could is left out, and that is told', async () => {
    const { parts, recognisers, events, emit } = setUp()
    const standIns = [
      { provider: 'ears', settings: { level: 'loud' } },
      { provider: 'nobody', settings: {} },
      { provider: 'ears', settings: { level: 2 } },
    ]
    const session = await openAgent(
      partsOf({ recogniser: { provider: 'ears', settings: {}, standIns } }),
      {},
      brief,
      parts,
      emit,
    )
    expect(recognisers).toHaveLength(1)
    expect(events).toMatchObject([
      { type: 'failed', code: 'settings.invalid', fatal: false },
      { type: 'failed', code: 'provider.unknown', fatal: false },
      { type: 'ready' },
    ])
    await session[Symbol.asyncDispose]()
  })

  test('parts over sockets are connected before anybody speaks, and nothing is left of them', async () => {
    const { parts, emit, events } = setUp()
    const vendor = new FakeVendor()
    const sockets: AgentParts = {
      ...parts,
      ...vendor.needs,
      recogniser: find<RecogniserSpec>(fakeEars),
      speaker: find<SpeakerSpec>(fakeVoice),
    }
    const spec = partsOf({
      recogniser: { provider: 'socket-ears', settings: { turns: 'vendor' } },
      speaker: { provider: 'socket-voice', settings: {} },
    })
    const session = await openAgent(spec, {}, brief, sockets, emit)
    expect(session.turns).toBe('agent')
    expect(vendor.ends).toHaveLength(2)
    await vendor.clock.advanceAsync(20_000)
    expect(vendor.came.flat()).not.toContain('20 ms')
    for (const end of vendor.ends) end.send('{"type":"usage","usage":{"some":3}}')
    await settle()
    const used = (kind: string, provider: string) => ({ type: 'usage', usage: { some: 3 }, of: { kind, provider } })
    const told = events.filter(({ type }) => type === 'usage')
    expect(told).toHaveLength(2)
    expect(told).toEqual(expect.arrayContaining([used('stt', 'socket-ears'), used('tts', 'socket-voice')]))
    await session[Symbol.asyncDispose]()
    expect(vendor.ends.map(({ open }) => open)).toEqual([false, false])
    expect(vendor.clock.pending).toBe(0)
  })

  test('what parts use is told under their names, also of those that say nothing of it themselves', async () => {
    const { parts, recognisers, models, emit, events } = setUp()
    const session = await openAgent(partsOf({}), {}, brief, parts, emit)
    recognisers[0]?.answers.push('Hello')
    models[0]?.scripts.push(['Hi.', { type: 'usage', usage: { inputTokens: 9 } }])
    session.order({ type: 'speech-started' })
    session.port.speaker.write(new Int16Array(16_000))
    session.order({ type: 'speech-ended' })
    await settle()
    expect(events.filter(({ type }) => type === 'usage')).toEqual([
      { type: 'usage', usage: { audioMs: 1000 }, of: { kind: 'stt', provider: 'ears' } },
      { type: 'usage', usage: { inputTokens: 9 }, of: { kind: 'llm', provider: 'brain' } },
      { type: 'usage', usage: { characters: 3 }, of: { kind: 'tts', provider: 'voice' } },
    ])
  })

  test('when one part cannot be opened the others are closed', async () => {
    const { parts, emit } = setUp()
    const vendor = new FakeVendor()
    const sockets = { ...parts, ...vendor.needs, recogniser: find<RecogniserSpec>(fakeEars) }
    vendor.welcome = []
    const gone: SpeakerSpec = {
      kind: 'tts',
      name: 'voice',
      label: 'Voice',
      settings: z.object({}),
      open: () => Promise.reject(new OffhookError('vendor.credentials', 'no')),
    }
    const spec = partsOf({ recogniser: { provider: 'socket-ears', settings: {} } })
    const opening = openAgent(spec, {}, brief, { ...sockets, speaker: find(gone) }, emit)
    await expect(opening).rejects.toMatchObject({ code: 'vendor.credentials' })
    expect(vendor.ends.map(({ open }) => open)).toEqual([false])
    expect(vendor.clock.pending).toBe(0)
  })
})
