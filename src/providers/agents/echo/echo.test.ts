import { expect, test } from 'vitest'
import type { AgentEvent, Brief } from '../../../spec/agent.ts'
import { echo } from './echo.ts'

const brief: Brief = { call: 'c', direction: 'inbound', from: '', to: '', variables: {}, metadata: {}, tools: [] }

function open(settings: unknown) {
  if (echo.body.by !== 'port') throw new Error('echo is a port')
  const events: AgentEvent[] = []
  const session = echo.body.open(echo.settings.parse(settings), brief, (event) => void events.push(event))
  const said: number[] = []
  session.port.microphone.pipe({
    rate: session.port.microphone.rate,
    write: (pcm) => void said.push(...pcm),
    toString: () => '',
  })
  return { session, said, events }
}

test('says at once what it hears, at its rate, and takes no turns', () => {
  const { session, said, events } = open({ rate: 16000 })
  session.port.speaker.write(new Int16Array([1, 2, 3]))
  expect(said).toEqual([1, 2, 3])
  expect([session.port.speaker.rate, session.port.microphone.rate, session.turns]).toEqual([16000, 16000, 'none'])
  expect(events).toEqual([{ type: 'ready' }])
})

test('with a delay says it later, after as much silence', () => {
  const { session, said } = open({ rate: 8000, delayMs: 1 })
  session.port.speaker.write(new Int16Array([1, 2, 3, 4, 5]))
  session.port.speaker.write(new Int16Array([6, 7, 8, 9, 10]))
  expect(said).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2])
})

test('other rates are refused', () => {
  expect(() => open({ rate: 11025 })).toThrow('rate')
})
