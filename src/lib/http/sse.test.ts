/** Streams as servers write them and networks cut them. */
import { describe, expect, test } from 'vitest'
import { readEvents, SseParser } from './sse.ts'

function parse(text: string, size = Infinity) {
  const parser = new SseParser()
  const bytes = Buffer.from(text)
  const events = []
  for (let at = 0; at < bytes.length; at += size) events.push(...parser.push(bytes.subarray(at, at + size)))
  return events
}

const message = (data: string, more = {}) => ({ event: 'message', data, id: '', ...more })

async function* body() {
  yield Buffer.from('data: a\n')
  yield Buffer.from('\ndata: b\n\n')
}

describe('server-sent events', () => {
  test.each([
    ['one line', 'data: hello\n\n', [message('hello')]],
    [
      'no space, one space, two spaces',
      'data:a\n\ndata: b\n\ndata:  c\n\n',
      [message('a'), message('b'), message(' c')],
    ],
    ['several data lines', 'data: a\ndata:\ndata: b\n\n', [message('a\n\nb')]],
    ['named', 'event: delta\ndata: {"x":1}\n\n', [{ event: 'delta', data: '{"x":1}', id: '' }]],
    ['the name lasts one event', 'event: a\ndata: 1\n\ndata: 2\n\n', [{ event: 'a', data: '1', id: '' }, message('2')]],
    ['the id lasts', 'id: 7\ndata: 1\n\ndata: 2\n\n', [message('1', { id: '7' }), message('2', { id: '7' })]],
    ['an id with NUL is ignored', 'id: 7\0\ndata: 1\n\n', [message('1')]],
    ['retry', 'retry: 3000\ndata: 1\n\nretry: 3s\ndata: 2\n\n', [message('1', { retry: 3000 }), message('2')]],
    ['comments and unknown fields', ': ping\n\n:\ndata: 1\nnonsense\nfoo: bar\n\n', [message('1')]],
    ['no data, no event', 'event: a\nid: 3\n\ndata: 1\n\n', [message('1', { id: '3' })]],
    ['a field without a colon', 'data\n\n', [message('')]],
    ['CRLF', 'data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n', [message('a\nb'), message('c')]],
    ['CR', 'data: a\r\rdata: b\r\r', [message('a'), message('b')]],
    ['byte-order mark', '\ufeffdata: a\n\n', [message('a')]],
    ['characters of four bytes', 'data: Zoë 📞 日本\n\n', [message('Zoë 📞 日本')]],
    ['colons in the value', 'data: a: b\n\n', [message('a: b')]],
    ['an unfinished event', 'data: a\n\ndata: b\n', [message('a')]],
  ])('%s, however it is cut', (_, text, events) => {
    for (const size of [Infinity, 1, 2, 3, 5, 7]) expect(parse(text, size)).toEqual(events)
  })

  test('an event that never ends is refused', () => {
    const parser = new SseParser({ maxLength: 100 })
    expect(() => parser.push(Buffer.from(`data: ${'x'.repeat(101)}`))).toThrow(/more than 100 characters/)
    const lines = new SseParser({ maxLength: 100 })
    expect(() => lines.push(Buffer.from('data: x\n'.repeat(20)))).toThrow(
      expect.objectContaining({ code: 'stream.too-large' }),
    )
  })

  test('many small events are no large one', () => {
    const parser = new SseParser({ maxLength: 20 })
    expect(parser.push(Buffer.from('data: 1234567890\n\n'.repeat(100)))).toHaveLength(100)
  })

  test('a body is read to its end', async () => {
    expect(await Array.fromAsync(readEvents(body()))).toEqual([message('a'), message('b')])
  })
})
