import { describe, expect, test } from 'vitest'
import { VirtualClock } from './clock.ts'
import { Scope } from './scope.ts'
import { Thread, workerBeside, type ThreadFault } from './thread.ts'

class Fault extends Error {
  readonly code: ThreadFault
  constructor(code: ThreadFault, message: string) {
    super(message)
    this.code = code
  }
}

/** Echoes; "refuse" is refused, "crash" throws, "hang" is never answered. */
const entry = new URL(
  `data:text/javascript,${encodeURIComponent(`
  import { parentPort } from 'node:worker_threads'
  let count = 0
  parentPort.on('message', (text) => {
    if (text === 'crash') throw new Error('bang')
    if (text === 'hang') return
    if (text === 'refuse') return parentPort.postMessage({ type: 'refused', message: 'no ' + text })
    parentPort.postMessage({ type: 'done', reply: text + ' ' + ++count + ' ' + Object.keys(process.env).length })
  })`)}`,
)

function open(limit = 3) {
  const scope = new Scope('test')
  const clock = new VirtualClock()
  const thread = new Thread<string, string>(scope, clock, {
    name: 'The echo',
    entry,
    limit,
    deadline: 1000,
    error: (fault, message) => new Fault(fault, message),
  })
  return { scope, clock, thread, [Symbol.asyncDispose]: () => scope.close() }
}

describe('a thread', () => {
  test('answers in order, from one worker that has no environment', async () => {
    await using opened = open()
    expect(await Promise.all(['a', 'b'].map((text) => opened.thread.ask(text)))).toEqual(['a 1 0', 'b 2 0'])
    expect(opened.clock.pending).toBe(0)
  })

  test('a refused request fails alone', async () => {
    await using opened = open()
    const refused = opened.thread.ask('refuse')
    const next = opened.thread.ask('a')
    await expect(refused).rejects.toMatchObject({ code: 'refused', message: 'The echo failed: no refuse' })
    expect(await next).toBe('a 1 0')
  })

  test('a crash fails all that waits, by name, and the next request has a new worker', async () => {
    await using opened = open()
    const asked = await Promise.allSettled(['a', 'crash', 'b'].map((text) => opened.thread.ask(text)))
    expect(asked.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason)))).toEqual([
      'a 1 0',
      'Error: The echo stopped: bang',
      'Error: The echo stopped: bang',
    ])
    expect(await opened.thread.ask('c')).toBe('c 1 0')
  })

  test('a hung request is given up at the deadline', async () => {
    await using opened = open()
    const hung = opened.thread.ask('hang')
    opened.clock.advance(1000)
    await expect(hung).rejects.toMatchObject({ code: 'unavailable', message: 'The echo hung for 1000 ms' })
    expect(await opened.thread.ask('a')).toBe('a 1 0')
  })

  test('refuses what does not fit', async () => {
    await using opened = open(1)
    const [first, second, third] = ['a', 'b', 'c'].map((text) => opened.thread.ask(text))
    await expect(third).rejects.toMatchObject({ code: 'overloaded' })
    expect(await Promise.all([first, second])).toEqual(['a 1 0', 'b 2 0'])
  })

  test('an abort is felt at once, before and during the turn, and disturbs nobody', async () => {
    await using opened = open()
    const [running, waiting] = [new AbortController(), new AbortController()]
    const asked = [opened.thread.ask('a', running.signal), opened.thread.ask('b', waiting.signal)]
    running.abort(new Error('first'))
    waiting.abort(new Error('second'))
    await expect(asked[0]).rejects.toThrow('first')
    await expect(asked[1]).rejects.toThrow('second')
    expect(await opened.thread.ask('c')).toBe('c 2 0')
    await expect(opened.thread.ask('d', AbortSignal.abort(new Error('early')))).rejects.toThrow('early')
  })

  test('closing ends the worker and fails what waits', async () => {
    const opened = open()
    const hung = opened.thread.ask('hang')
    const expected = expect(hung).rejects.toMatchObject({ message: 'The echo was closed' })
    await opened.scope.close()
    await expected
    await expect(opened.thread.ask('a')).rejects.toMatchObject({ message: 'The echo is closed' })
    opened.thread.start()
  })

  test('the worker beside a source is a source, beside a build a build', () => {
    expect(workerBeside('file:///a/index.ts').href).toBe('file:///a/worker.ts')
    expect(workerBeside('file:///a/index.js').href).toBe('file:///a/worker.js')
  })
})
