import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventParser } from './sse.ts'

const parse = (...pieces: readonly string[]) => {
  const parser = eventParser()
  return pieces.flatMap((piece) => parser.push(piece))
}

describe('an event stream', () => {
  test.each([
    ['data: a\n\n', [{ type: 'message', data: 'a', id: '' }]],
    ['event: call.ended\nid: 7\ndata: {"a":1}\n\n', [{ type: 'call.ended', data: '{"a":1}', id: '7' }]],
    ['data: a\ndata: b\n\n', [{ type: 'message', data: 'a\nb', id: '' }]],
    [
      'data:a\r\n\r\ndata: b\r\r',
      [
        { type: 'message', data: 'a', id: '' },
        { type: 'message', data: 'b', id: '' },
      ],
    ],
    [': still here\n\ndata: a\n\n', [{ type: 'message', data: 'a', id: '' }]],
    ['data\n\n', [{ type: 'message', data: '', id: '' }]],
    ['event: nothing\n\n', []],
    ['data: not yet over\n', []],
    ['\uFEFFdata: a\n\n', [{ type: 'message', data: 'a', id: '' }]],
    ['data:  two spaces\n\n', [{ type: 'message', data: ' two spaces', id: '' }]],
    ['colour: red\ndata: a\n\n', [{ type: 'message', data: 'a', id: '' }]],
  ])('%j', (text, events) => {
    expect(parse(text)).toEqual(events)
  })

  test('keeps its id for events that bring none, and ignores one with a null character', () => {
    expect(parse('id: 3\ndata: a\n\ndata: b\n\nid: 4\0\ndata: c\n\n').map(({ id }) => id)).toEqual(['3', '3', '3'])
  })

  test('may be cut anywhere', () => {
    const text = ': open\r\n\r\nid: 1\r\nevent: a\r\ndata: x\r\ndata: y\r\n\r\ndata: z\n\nevent: b\rdata: w\r\r'
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
        expect(parse(...pieces, '\n')).toEqual(parse(text, '\n'))
      }),
    )
  })
})
