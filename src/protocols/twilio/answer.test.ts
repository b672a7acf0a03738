import { describe, expect, test } from 'vitest'
import { streamWanted } from './answer.ts'

const connect = (inside: string) => `<?xml version="1.0" encoding="UTF-8"?><Response>${inside}</Response>`

describe('the markup of an answer', () => {
  test('names the stream and its parameters; other verbs are passed over', () => {
    const markup = connect(
      '<Say>One moment.</Say><Pause length="1"/><Connect><Stream url="wss://bot.test/media?a=1&amp;b=2">' +
        '<Parameter name="plan" value="gold &amp; more"/><Parameter name="__proto__" value="x"/></Stream></Connect><Hangup/>',
    )
    const wanted = streamWanted(markup)
    expect(wanted).toMatchObject({ url: 'wss://bot.test/media?a=1&b=2', parameters: { plan: 'gold & more' } })
  })

  test('of two streams the first counts', () => {
    const markup = connect(
      '<Connect><Stream url="wss://one.test/"/></Connect><Connect><Stream url="wss://two.test/"><Parameter name="a" value="b"/></Stream></Connect>',
    )
    expect(streamWanted(markup)).toEqual({ url: 'wss://one.test/', parameters: {} })
  })

  test.each([
    ['<html>', 'it is no XML'],
    ['', 'it is no XML'],
    [connect('<Say>Bye.</Say><Hangup/>'), 'it has no <Connect><Stream>, only <Say>, <Hangup>'],
    [connect('<Start><Stream url="wss://bot.test/"/></Start>'), 'it has no <Connect><Stream>, only <Start>'],
    [
      connect('<Connect><Stream url="https://bot.test/"/></Connect>'),
      'its <Stream> has no url that begins with wss://',
    ],
  ])('%s: %s', (markup, why) => expect(streamWanted(markup)).toBe(why))
})
