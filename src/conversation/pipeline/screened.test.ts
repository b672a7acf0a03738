import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from '../../lib/clock.ts'
import { seededIds } from '../../lib/ids.ts'
import { silentLogger } from '../../lib/log.ts'
import type { AgentEvent } from '../../spec/agent.ts'
import { guardrails } from '../kit/rules.ts'
import { openScreen } from '../kit/screen.ts'
import { openEars } from './ears.ts'
import { FakeModel, FakeRecogniser, FakeSpeaker } from './fakes.ts'
import { segmentPart } from './listeners.ts'
import { createPipeline } from './pipeline.ts'
import { Standby } from './standby.ts'

const about = { call: 'call_1', direction: 'inbound', from: '+1', to: '+2', variables: {}, metadata: {} } as const
const money = { name: 'money', type: 'terms', terms: ['full refund'], message: 'Ask my colleague.' }
const check = { name: 'check', type: 'check', url: 'https://check.example/', message: '' }

function only<P extends AsyncDisposable>(part: P): Standby<P> {
  return new Standby({ candidates: [{ name: 'Only', open: async () => part }], replaced: () => undefined })
}

async function start(rules: readonly object[], answer: (text: string) => Promise<boolean> = async () => true) {
  const clock = new VirtualClock()
  const [recogniser, model, speaker] = [new FakeRecogniser(), new FakeModel(), new FakeSpeaker(clock)]
  const events: AgentEvent[] = []
  const server = {
    request: async ({ body }: { readonly body?: string | Uint8Array }) => {
      const allow = await answer((JSON.parse(String(body)) as { text: string }).text)
      return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ allow })) }
    },
    ...{ now: () => 0, secret: '', signal: new AbortController().signal },
  }
  const session = createPipeline({
    ears: await openEars({ standby: only(segmentPart(recogniser)), clock, logger: silentLogger }),
    ...{ models: only(model), speakers: only(speaker), rate: speaker.rate, patience: 5_000, clock },
    brief: { ...about, tools: [] },
    screen: openScreen(guardrails.parse(rules), about, server)!,
    ids: seededIds('pipeline'),
    logger: silentLogger,
    emit: (event) => void events.push(event),
  })
  const speak = async (text: string) => {
    recogniser.answers.push(text)
    session.order({ type: 'speech-started' })
    session.port.speaker.write(new Int16Array(8_000))
    session.order({ type: 'speech-ended' })
    for (let turn = 0; turn < 5; turn++) await settle()
  }
  const of = (type: AgentEvent['type']) => events.filter((event) => event.type === type)
  return { model, speaker, session, events, speak, of }
}

describe('a reply that says what it must not', () => {
  test('is replaced from there on, is never spoken, and calls no tools', async () => {
    const { model, speaker, speak, of } = await start([money])
    const call = { id: 't', name: 'pay', arguments: {} }
    model.scripts.push(['Of course. You get a full', ' ref', 'und. Good', 'bye now.', { type: 'tool', call }])
    await speak('My money, please')
    expect(speaker.said).toEqual(['Of course.', 'Ask my colleague.'])
    expect(of('blocked')).toEqual([
      { type: 'blocked', said: true, rule: 'money', instead: 'Ask my colleague.', after: 'go-on' },
    ])
    expect([of('tool-called'), of('failed')]).toEqual([[], []])
    expect(of('reply-ended')).toHaveLength(1)
    model.scripts.push(['Yes.'])
    await speak('Well?')
    expect(model.asked.at(-1)).toEqual([
      { role: 'caller', text: 'My money, please' },
      { role: 'agent', text: 'Of course. Ask my colleague.' },
      { role: 'caller', text: 'Well?' },
    ])
  })

  test('is found out where two sentences meet', async () => {
    const { model, speaker, speak } = await start([money])
    model.scripts.push(['We pay in full. Refund is the word.'])
    await speak('And?')
    expect(speaker.said).toEqual(['We pay in full.', 'Ask my colleague.'])
  })

  test('stops a model that goes on', async () => {
    const { model, speak, of } = await start([money])
    model.scripts.push(['A full refund. And', new Promise(() => undefined)])
    await speak('And?')
    expect(model.signals[0]!.aborted).toBe(true)
    expect(of('reply-ended')).toHaveLength(1)
    expect(of('failed')).toEqual([])
  })
})

describe('a check at the user’s server', () => {
  test('keeps a sentence back until it is allowed; one that is not is not spoken', async () => {
    const asked = Promise.withResolvers<boolean>()
    const { model, speaker, speak, of } = await start([check], (text) =>
      text.startsWith('First') ? asked.promise : Promise.resolve(false),
    )
    model.scripts.push(['First things first. Second things second. Third.'])
    await speak('And?')
    expect(speaker.said).toEqual([])
    asked.resolve(true)
    for (let turn = 0; turn < 8; turn++) await settle()
    expect(speaker.said).toEqual(['First things first.'])
    expect(of('blocked')).toMatchObject([{ rule: 'check' }])
    expect(of('reply-ended')).toHaveLength(1)
  })

  test('is not asked about what the user has said themselves', async () => {
    const { session, speaker } = await start([check], async () => false)
    session.order({ type: 'say', text: 'Hello Ada.' })
    for (let turn = 0; turn < 5; turn++) await settle()
    expect(speaker.said).toEqual(['Hello Ada.'])
  })
})
