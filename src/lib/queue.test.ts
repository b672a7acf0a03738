/** Bounds, order and drops of waiting values and tasks. */
import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from './clock.ts'
import { BoundedQueue, KeyedSerial, SerialQueue } from './queue.ts'

describe('bounded queue', () => {
  test('drops the oldest, says which and counts', () => {
    const lost: number[] = []
    const queue = new BoundedQueue<number>({ limit: 2, policy: 'drop-oldest', onDrop: (item) => lost.push(item) })
    expect([1, 2, 3, 4].map((item) => queue.push(item))).toEqual([true, true, true, true])
    expect([queue.dropped, lost, queue.length]).toEqual([2, [1, 2], 2])
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([3, 4, undefined])
  })

  test('refuses the newest, says which and counts', () => {
    const lost: number[] = []
    const queue = new BoundedQueue<number>({ limit: 2, policy: 'refuse', onDrop: (item) => lost.push(item) })
    expect([1, 2, 3].map((item) => queue.push(item))).toEqual([true, true, false])
    expect([queue.dropped, lost, queue.peek(), queue.length]).toEqual([1, [3], 1, 2])
  })

  test('keeps order through any mixture of pushes and shifts', () => {
    const queue = new BoundedQueue<number>({ limit: 1000, policy: 'refuse' })
    let given = 0
    const taken: number[] = []
    for (let round = 0; round < 500; round++) {
      for (let push = 0; push < (round * 7) % 5; push++) queue.push(given++)
      for (let shift = 0; shift < (round * 3) % 4; shift++)
        taken.push(...[queue.shift()].filter((item) => item !== undefined))
      expect(queue.length).toBe(given - taken.length)
    }
    expect(taken).toEqual(Array.from(taken, (_, at) => at))
    expect(taken.length).toBeGreaterThan(700)
  })

  test('gives back everything when cleared, without counting it as lost', () => {
    const queue = new BoundedQueue<string>({ limit: 3, policy: 'refuse' })
    for (const item of ['a', 'b', 'c']) queue.push(item)
    queue.shift()
    expect(queue.clear()).toEqual(['b', 'c'])
    expect([queue.length, queue.dropped, queue.peek()]).toEqual([0, 0, undefined])
  })

  test('holds falsy values as values', () => {
    const queue = new BoundedQueue<number | undefined>({ limit: 3, policy: 'refuse' })
    queue.push(undefined)
    queue.push(0)
    expect([queue.length, queue.shift(), queue.shift(), queue.length]).toEqual([2, undefined, 0, 0])
  })

  test.each([0, -1, Number.NaN])('refuses a limit of %d', (limit) => {
    expect(() => new BoundedQueue({ limit, policy: 'refuse' })).toThrow(`queue limit ${limit} must be at least 1`)
  })
})

describe('serial queue', () => {
  test('runs one task at a time, in order, whatever they take', async () => {
    const clock = new VirtualClock()
    const queue = new SerialQueue()
    const seen: string[] = []
    const task = (name: string, duration: number) => async () => {
      seen.push(`${name} starts`)
      await clock.sleep(duration)
      seen.push(`${name} ends`)
      return name
    }
    const results = Promise.all([queue.run(task('slow', 100)), queue.run(task('fast', 1)), queue.run(() => 'plain')])
    await clock.advanceAsync(200)
    expect(await results).toEqual(['slow', 'fast', 'plain'])
    expect(seen).toEqual(['slow starts', 'slow ends', 'fast starts', 'fast ends'])
    expect(queue.length).toBe(0)
  })

  test('gives an error to its own caller and goes on', async () => {
    const queue = new SerialQueue()
    const failed = queue.run(() => Promise.reject(new Error('mine')))
    const thrown = queue.run(() => {
      throw new Error('sync')
    })
    const fine = queue.run(() => 'fine')
    await expect(failed).rejects.toThrow('mine')
    await expect(thrown).rejects.toThrow('sync')
    expect(await fine).toBe('fine')
  })

  test('refuses a task beyond its limit, and takes one again when there is room', async () => {
    const queue = new SerialQueue({ limit: 2, name: 'call_1' })
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = [queue.run(() => promise), queue.run(() => 'second')]
    await expect(queue.run(() => 'third')).rejects.toMatchObject({
      code: 'queue.full',
      retryable: true,
      message: expect.stringContaining('call_1'),
    })
    resolve()
    await Promise.all(running)
    expect(await queue.run(() => 'again')).toBe('again')
  })

  test('drains on close and takes nothing more', async () => {
    const queue = new SerialQueue({ name: 'call_1' })
    const seen: string[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    void queue.run(() => promise)
    void queue.run(() => seen.push('waited for'))
    const closing = queue.close().then(() => seen.push('closed'))
    await expect(queue.run(() => 'late')).rejects.toMatchObject({ code: 'queue.closed' })
    resolve()
    await closing
    expect(seen).toEqual(['waited for', 'closed'])
  })
})

describe('keyed serial', () => {
  test('keeps order within a key while other keys go on', async () => {
    const serial = new KeyedSerial()
    const { promise, resolve } = Promise.withResolvers<void>()
    const seen: string[] = []
    const blocked = serial.run('a', () => promise.then(() => seen.push('a1')))
    const behind = serial.run('a', () => seen.push('a2'))
    await serial.run('b', () => seen.push('b1'))
    expect([seen, serial.keys, serial.length('a')]).toEqual([['b1'], 1, 2])
    resolve()
    await Promise.all([blocked, behind])
    expect(seen).toEqual(['b1', 'a1', 'a2'])
  })

  test('forgets a key when it has nothing to do, also after errors and refusals', async () => {
    const serial = new KeyedSerial<number>({ limit: 1 })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, key) => [
        serial.run(key, () => (key % 2 ? Promise.reject(new Error('odd')) : key)),
        serial.run(key, () => 'refused'),
      ]).flat(),
    )
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(50)
    expect([serial.keys, serial.length(3)]).toEqual([0, 0])
  })

  test('waits for every task of a key, also for one queued while another ended', async () => {
    const serial = new KeyedSerial()
    const { promise, resolve } = Promise.withResolvers<void>()
    const seen: number[] = []
    const first = serial.run('a', () => seen.push(1))
    const second = serial.run('a', () => promise.then(() => seen.push(2)))
    await first
    const third = serial.run('a', () => seen.push(3))
    await settle()
    expect(seen).toEqual([1])
    resolve()
    await Promise.all([second, third])
    expect(seen).toEqual([1, 2, 3])
  })

  test('a task may queue the next one of its key without losing the queue', async () => {
    const serial = new KeyedSerial()
    const seen: number[] = []
    let next: Promise<unknown> = Promise.resolve()
    await serial.run('a', () => {
      seen.push(1)
      next = serial.run('a', () => seen.push(2))
    })
    await next
    expect([seen, serial.keys]).toEqual([[1, 2], 0])
  })

  test('drains every key on close and takes nothing more', async () => {
    const serial = new KeyedSerial({ name: 'calls' })
    const { promise, resolve } = Promise.withResolvers<void>()
    let closed = false
    const running = serial.run('a', () => promise)
    const closing = serial.close().then(() => (closed = true))
    await settle()
    expect(closed).toBe(false)
    await expect(serial.run('b', () => 1)).rejects.toMatchObject({ code: 'queue.closed', message: /calls b/ })
    resolve()
    await Promise.all([running, closing])
    await serial[Symbol.asyncDispose]()
  })
})
