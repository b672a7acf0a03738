import { expect, test } from 'vitest'
import { settle, VirtualClock } from '../lib/clock.ts'
import { seededIds } from '../lib/ids.ts'
import { silentLogger } from '../lib/log.ts'
import { createSource } from '../media/port.ts'
import type { Speaker } from '../spec/speech.ts'
import { conversationDefaults, type ConversationEvent } from './contract.ts'
import { createConversation } from './converse.ts'
import { FakeAgent, FakePlayout, fakeVads } from './fakes.ts'
import { FakeSpeaker } from './pipeline/fakes.ts'
import { withSpareVoice } from './spare-voice.ts'

const failed = { type: 'failed', code: 'vendor.failed', message: 'it is gone', fatal: true } as const

async function start(speaker?: () => Promise<Speaker>, settings: object = {}) {
  const clock = new VirtualClock()
  const voice = new FakeSpeaker(clock)
  const events: ConversationEvent[] = []
  const finished: string[] = []
  const tools: unknown[] = []
  let agent: FakeAgent | undefined
  const conversation = createConversation({
    brief: { call: 'c', direction: 'inbound', from: '', to: '', variables: {}, metadata: {}, tools: [] },
    provider: 'fake',
    open: (emit) =>
      withSpareVoice(
        async (hear) => (agent = new FakeAgent(hear, { turns: 'agent', rate: 8_000 })),
        speaker ?? (async () => voice),
        emit,
      ),
    vad: fakeVads().factory,
    settings: { ...conversationDefaults, mistakeMessage: 'I am sorry.', ...settings },
    ...{ clock, ids: seededIds('talk'), logger: silentLogger },
    emit: (event) => void events.push(event),
    tool: (call) => {
      tools.push(call)
      return Promise.resolve({ ok: call.arguments['to'] !== '+1999', result: '' })
    },
    finish: (reason) => void finished.push(reason),
  })
  await settle()
  agent!.emit({ type: 'ready' })
  const speakerOfLine = new FakePlayout(clock, 8_000)
  conversation.attach({ microphone: createSource(8_000), speaker: speakerOfLine })
  const said = () => events.flatMap((event) => (event.type === 'message.added' ? [event.text] : []))
  return { agent: agent!, clock, conversation, finished, line: speakerOfLine, said, tools, voice }
}

test('what an agent says passes as it is; its orderly end is an end', async () => {
  const { agent, clock, finished, said, voice } = await start()
  agent.reply('a', 'Hello.', 500)
  clock.advance(500)
  agent.emit({ type: 'closed' })
  expect([said(), finished, voice.said]).toEqual([['Hello.'], ['agent-failed'], []])
})

test('an agent that is lost for good leaves the mistake message to another voice, and the call ends once it was heard', async () => {
  const { agent, clock, conversation, finished, line, said, voice } = await start()
  agent.emit(failed)
  agent.emit({ type: 'closed' })
  agent.sound(1_000)
  await settle()
  expect(voice.said).toEqual(['I am sorry.'])
  expect(line.writtenMs).toBeCloseTo(300, -1)
  expect(finished).toEqual([])
  clock.advance(310)
  expect([said(), finished]).toEqual([['I am sorry.'], ['agent-failed']])
  await conversation[Symbol.asyncDispose]()
  expect([agent.disposals, voice.disposals]).toEqual([1, 1])
})

test('without that voice it ends at once', async () => {
  const { agent, finished } = await start(() => Promise.reject(new Error('no voice')))
  agent.emit(failed)
  agent.emit({ type: 'closed' })
  await settle()
  expect(finished).toEqual(['agent-failed'])
})

test('after the message the caller is handed over, where that is wanted; when nobody takes them, it is the end', async () => {
  const { agent, clock, conversation, finished, tools } = await start(undefined, { mistakeTransferTo: '+15550100009' })
  agent.emit(failed)
  await settle()
  expect(tools).toEqual([])
  clock.advance(310)
  await settle()
  expect(tools).toMatchObject([{ name: 'transfer_call', arguments: { to: '+15550100009' } }])
  expect(finished).toEqual([])
  conversation.hold()
  conversation.resume('no-answer')
  expect(finished).toEqual(['agent-failed'])
})

test('a hand-over that is refused is the end', async () => {
  const { agent, clock, finished } = await start(undefined, { mistakeTransferTo: '+1999' })
  agent.emit(failed)
  await settle()
  clock.advance(310)
  await settle()
  expect(finished).toEqual(['agent-failed'])
})
