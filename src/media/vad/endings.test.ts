import { expect, test } from 'vitest'
import { withEndings, type TurnDetector } from './endings.ts'
import { Listeners } from './turns.ts'
import type { Vad, VadEvent } from './vad.ts'

/** A detector that tells what the test says, and one of turns whose verdicts the test gives. */
function start() {
  const listeners = new Listeners()
  const calls: string[] = []
  const vad: Vad = {
    rate: 8000,
    windowMs: 96,
    speaking: false,
    write: () => undefined,
    toString: () => 'vad',
    listen: (listener) => listeners.add(listener),
    rest: () => void calls.push('rest'),
    [Symbol.dispose]: () => void calls.push('closed'),
  }
  const asked: { speechMs: number; tell: (finished: number) => void }[] = []
  const detector: TurnDetector = {
    open: () => ({
      write: () => undefined,
      judge: (speechMs, tell) => void asked.push({ speechMs, tell }),
      [Symbol.dispose]: () => void calls.push('ear closed'),
    }),
  }
  const told: VadEvent[] = []
  const both = withEndings(() => vad, detector)(8000)
  both.listen((event) => told.push(event))
  let now = 0
  const write = (ms: number) => {
    for (let at = 0; at < ms; at += 20) both.write(new Int16Array(160))
    now += ms
  }
  const tell = (type: VadEvent['type'], atMs: number) => listeners.tell({ type, atMs, decidedMs: now })
  return { both, write, tell, asked, told, calls }
}

test('a pause is told at once, and again with the verdict once it has lasted', () => {
  const { write, tell, asked, told } = start()
  tell('started', 100)
  write(1_120)
  tell('paused', 1_000)
  expect(told.at(-1)).toEqual({ type: 'paused', atMs: 1_000, decidedMs: 1_120 })
  write(60)
  expect(asked).toEqual([])
  write(20)
  expect(asked).toMatchObject([{ speechMs: 900 }])
  asked[0]!.tell(0.7)
  expect(told.at(-1)).toEqual({ type: 'paused', atMs: 1_000, decidedMs: 1_200, finished: 0.7 })
  write(500)
  expect(asked).toHaveLength(1)
})

test.each([
  ['speech goes on', 'resumed'],
  ['it is over', 'ended'],
] as const)('a verdict that comes when %s is void', (_, type) => {
  const { write, tell, asked, told } = start()
  write(1_120)
  tell('paused', 1_000)
  write(100)
  tell(type, 1_200)
  asked[0]!.tell(1)
  expect(told.map((event) => event.type)).toEqual(['paused', type])
})

test('a pause that is over soon, or whose turn was ended, is not judged at all', () => {
  const { both, write, tell, asked, calls } = start()
  write(1_120)
  tell('paused', 1_000)
  tell('resumed', 1_130)
  write(400)
  tell('paused', 1_500)
  both.rest?.()
  write(400)
  expect(asked).toEqual([])
  both[Symbol.dispose]()
  expect(calls).toEqual(['rest', 'closed', 'ear closed'])
})
