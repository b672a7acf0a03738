import { describe, expect, test } from 'vitest'
import type { AudioSink } from '../spec/audio.ts'
import { gain } from './chain.ts'
import { dominantFrequency, level } from './measure.ts'
import { connect, createSource } from './port.ts'
import { concat, sine } from './tones.ts'

function ear(rate: number, name: string): AudioSink & { readonly chunks: Int16Array[] } {
  const chunks: Int16Array[] = []
  return { rate, chunks, write: (pcm) => void chunks.push(pcm.slice()), toString: () => name }
}

function party(rate: number, name: string) {
  return { microphone: createSource(rate), speaker: ear(rate, name) }
}

describe('a source', () => {
  test('feeds every sink at its own rate', () => {
    const source = createSource(8000)
    const [same, double] = [ear(8000, 'same'), ear(16000, 'double')]
    source.pipe(same)
    source.pipe(double)
    source.emit(new Int16Array(160))
    expect([same.chunks[0]?.length, double.chunks[0]?.length]).toEqual([160, 320])
  })

  test('a pipe disposed twice is disposed once, and the others go on', () => {
    const source = createSource(8000)
    const sink = ear(8000, 'sink')
    const [one] = [source.pipe(sink), source.pipe(sink)]
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    source.emit(Int16Array.of(1))
    expect(sink.chunks).toEqual([Int16Array.of(1)])
  })

  test('a sink may stop itself and others, and start new ones, while it is written to', () => {
    const source = createSource(8000)
    const [later, fresh] = [ear(8000, 'later'), ear(8000, 'fresh')]
    const pipes: Disposable[] = []
    const stopper: AudioSink = {
      rate: 8000,
      write() {
        for (const pipe of pipes.splice(0)) pipe[Symbol.dispose]()
        source.pipe(fresh)
      },
      toString: () => 'stopper',
    }
    pipes.push(source.pipe(stopper), source.pipe(later))
    source.emit(Int16Array.of(1))
    source.emit(Int16Array.of(2))
    expect(later.chunks).toEqual([])
    expect(fresh.chunks).toEqual([Int16Array.of(2)])
  })

  test('a flush reaches every sink that has one', () => {
    const source = createSource(8000)
    let flushes = 0
    source.pipe({ ...ear(8000, 'with'), flush: () => void flushes++ })
    source.pipe(ear(8000, 'without'))
    source.flush()
    expect(flushes).toBe(1)
  })
})

describe('two parties', () => {
  test('hear each other at their own rates until they are parted', () => {
    const [caller, agent] = [party(8000, 'caller'), party(24000, 'agent')]
    const connection = connect(caller, agent)
    caller.microphone.emit(sine(500, { rate: 8000, ms: 200 }))
    agent.microphone.emit(sine(900, { rate: 24000, ms: 200 }))
    expect(dominantFrequency(concat(...agent.speaker.chunks).subarray(480), 24000)).toBeCloseTo(500, 0)
    expect(dominantFrequency(concat(...caller.speaker.chunks).subarray(160), 8000)).toBeCloseTo(900, 0)
    connection[Symbol.dispose]()
    caller.microphone.emit(new Int16Array(160))
    expect(agent.speaker.chunks).toHaveLength(1)
  })

  test('both paths are printed, stages and rates included', () => {
    const lines: string[] = []
    const [caller, agent] = [party(8000, 'agent leg'), party(24000, 'agent ear')]
    connect(caller, agent, { forth: [gain(3)], back: [gain(-3)], print: (line) => void lines.push(line) })
    expect(lines).toEqual([
      '8000 Hz → 8000→24000 Hz → gain 3 dB → agent ear',
      '24000 Hz → 24000→8000 Hz → gain -3 dB → agent leg',
    ])
    agent.microphone.emit(sine(900, { rate: 24000, ms: 200 }))
    expect(level(concat(...caller.speaker.chunks).subarray(160))).toBeCloseTo(-13, 1)
  })
})
