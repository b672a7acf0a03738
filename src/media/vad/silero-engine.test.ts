import { describe, expect, test } from 'vitest'
import { Scope } from '../../lib/scope.ts'
import { type SileroAnswer, SileroEngine, type SileroRequest, type WorkerLike } from './silero-engine.ts'

class FakeWorker implements WorkerLike {
  readonly requests: SileroRequest[] = []
  terminated = 0
  #message: (message: SileroAnswer | 'ready') => void = () => {}
  #error: (error: unknown) => void = () => {}

  on(event: 'message' | 'error', listener: (value: never) => void): void {
    if (event === 'message') this.#message = listener as (message: SileroAnswer | 'ready') => void // by the event's name
    else this.#error = listener as (error: unknown) => void
  }
  postMessage(request: SileroRequest): void {
    this.requests.push(request)
  }
  terminate(): void {
    this.terminated++
  }
  ready(): void {
    this.#message('ready')
  }
  die(): void {
    this.#error(new Error('out of memory'))
  }
  /** Answers the last request: each chunk's probability is its first sample. */
  answer(): void {
    const { rate, streams, samples } = this.requests.at(-1)!
    const chunk = samples.length / streams.length
    this.#message({ rate, streams, probabilities: Float32Array.from(streams, (_, index) => samples[index * chunk]!) })
  }
}

async function setUp() {
  const scope = new Scope('test')
  const workers: FakeWorker[] = []
  const spawn = () => {
    const worker = new FakeWorker()
    workers.push(worker)
    return worker
  }
  const starting = SileroEngine.start(scope, spawn)
  workers[0]!.ready()
  return { scope, workers, engine: await starting, worker: workers[0]! }
}

const chunk = (value: number, length = 256) => new Int16Array(length).fill(value)

describe('silero engine', () => {
  test('what comes while a message is under way goes into the next, in order', async () => {
    const { engine, worker } = await setUp()
    const heard: string[] = []
    const streams = ['a', 'b'].map((name) => engine.open(8000, (index, p) => heard.push(`${name}${index}=${p}`)))
    streams[0]!.push(chunk(1))
    streams[1]!.push(chunk(2))
    streams[0]!.push(chunk(3))
    expect(worker.requests).toHaveLength(1)
    worker.answer()
    expect(heard).toEqual(['a0=1'])
    expect([...worker.requests[1]!.streams]).toEqual([2, 1])
    worker.answer()
    expect(heard).toEqual(['a0=1', 'b0=2', 'a1=3'])
    expect(engine.stats).toMatchObject({ chunks: 3, messages: 2, behind: 0, skipped: 0 })
  })

  test('each rate has messages of its own', async () => {
    const { engine, worker } = await setUp()
    const heard: number[] = []
    engine.open(8000, (_, p) => heard.push(p)).push(chunk(1))
    engine.open(16_000, (_, p) => heard.push(p)).push(chunk(2, 512))
    worker.answer()
    worker.answer()
    expect(heard).toEqual([1, 2])
    expect(worker.requests.map(({ rate, samples }) => [rate, samples.length])).toEqual([
      [8000, 256],
      [16_000, 512],
    ])
  })

  test('a stream far behind skips its oldest chunks and nobody else’s', async () => {
    const { engine, worker } = await setUp()
    const heard: number[] = []
    const slow = engine.open(8000, (index) => heard.push(index))
    const other: number[] = []
    engine.open(8000, (index) => other.push(index)).push(chunk(0))
    for (let count = 0; count < 100; count++) slow.push(chunk(1))
    expect(engine.stats).toMatchObject({ skipped: 36, behind: 65 })
    worker.answer()
    worker.answer()
    expect(heard).toEqual(Array.from({ length: 64 }, (_, index) => index + 36))
    expect(other).toEqual([0])
  })

  test('a closed stream hears nothing more, and the worker is told to forget it', async () => {
    const { engine, worker } = await setUp()
    const heard: number[] = []
    const stream = engine.open(8000, (index) => heard.push(index))
    stream.push(chunk(1))
    stream.push(chunk(2))
    stream[Symbol.dispose]()
    stream.push(chunk(3))
    worker.answer()
    expect(heard).toEqual([])
    engine.open(8000, () => {}).push(chunk(4))
    expect(worker.requests[1]!.ended).toEqual([1])
    expect([...worker.requests[1]!.streams]).toEqual([2])
  })

  test('a dead worker is replaced, a few times; what it had is lost, what follows is not', async () => {
    const { engine, workers, worker } = await setUp()
    const heard: number[] = []
    const stream = engine.open(8000, (index) => heard.push(index))
    stream.push(chunk(1))
    worker.die()
    stream.push(chunk(2))
    workers[1]!.ready()
    workers[1]!.answer()
    expect(heard).toEqual([1])
    for (let life = 1; life < 10; life++) workers.at(-1)!.die()
    expect(engine.stats.restarts).toBe(5)
    expect(workers).toHaveLength(6)
  })

  test('a model that cannot be loaded is said so, and the scope ends the worker', async () => {
    const scope = new Scope('test')
    const worker = new FakeWorker()
    const starting = SileroEngine.start(scope, () => worker)
    worker.die()
    await expect(starting).rejects.toThrow('out of memory')
    const { scope: other, worker: running } = await setUp()
    await other.close()
    expect(running.terminated).toBe(1)
    await scope.close()
  })
})
