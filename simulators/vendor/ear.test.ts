import { describe, expect, test } from 'vitest'
import { join, silence, tone } from '../sound/tones.ts'
import { Ear, written, type EarEvent } from './ear.ts'

function heard(ear: Ear, pcm: Int16Array, piece = 160): readonly EarEvent[] {
  const events: EarEvent[] = []
  for (let at = 0; at < pcm.length; at += piece) events.push(...ear.hear(pcm.subarray(at, at + piece)))
  return events
}

const phrases = ['yes I need help', 'two more']

describe('speech', () => {
  test('begins, gives its words as it goes on, and ends with a pause', () => {
    const ear = new Ear({ rate: 8000, phrases, pause: 300 })
    const events = heard(ear, join(silence(100), tone(300, 1000), silence(400)))
    expect(events.map(({ type }) => type)).toEqual(['started', 'word', 'word', 'word', 'word', 'ended'])
    expect(events[0]).toEqual({ type: 'started', at: 100 })
    const end = events.at(-1)!
    expect(end).toMatchObject({ at: 1400 })
    expect('words' in end && written(end.words)).toBe('yes I need help')
    expect(ear.speaking).toBe(false)
  })

  test('keeps its last word until it is over', () => {
    const ear = new Ear({ rate: 8000, phrases: ['two more'], pause: 300 })
    heard(ear, tone(300, 2000))
    expect(written(ear.words)).toBe('two')
  })

  test('that hesitates may go on', () => {
    const ear = new Ear({ rate: 8000, phrases, pause: 500, hesitation: 200 })
    const sound = join(tone(300, 500), silence(300), tone(300, 300), silence(600))
    const types = heard(ear, sound, 333).map(({ type }) => type)
    expect(types.filter((type) => type !== 'word')).toEqual(['started', 'hesitated', 'resumed', 'hesitated', 'ended'])
  })

  test('is cut off by force, and the next turn has its own words', () => {
    const ear = new Ear({ rate: 8000, phrases, pause: Infinity })
    expect(ear.force()).toEqual([])
    heard(ear, join(tone(300, 300), silence(3000)))
    expect(ear.force().at(-1)).toMatchObject({ type: 'ended', words: [{ text: 'yes' }, {}, {}, { text: 'help' }] })
    heard(ear, tone(300, 100))
    expect(ear.force().at(-1)).toMatchObject({ words: [{ text: 'two' }, { text: 'more' }] })
    heard(ear, tone(300, 100))
    expect(ear.force()).toEqual([expect.objectContaining({ type: 'ended', words: [] })])
  })

  test('is asked for when it begins, where there is no list', () => {
    const said = ['one', 'two']
    const ear = new Ear({ rate: 8000, phrases: () => said.shift() ?? '', pause: 100 })
    const events = heard(ear, join(tone(300, 200), silence(200), tone(300, 200), silence(200)))
    const ended = events.filter((event) => event.type === 'ended').map(({ words }) => written(words))
    expect(ended).toEqual(['one', 'two'])
  })

  test('is not a click, nor a quiet line', () => {
    const ear = new Ear({ rate: 8000, phrases, pause: 300 })
    expect(heard(ear, join(tone(300, 15), silence(50), tone(300, 500, 300)))).toEqual([])
  })
})
