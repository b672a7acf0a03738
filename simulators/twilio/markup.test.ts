import { expect, test } from 'vitest'
import { readMarkup } from './markup.ts'

const stream = '<Stream url="wss://a.example/m"/>'

test.each([
  '<Response/>',
  '<?xml version="1.0" encoding="UTF-8"?>\n<Response>\n  <Say voice="alice">Hello &amp; welcome</Say>\n</Response>',
  `<Response><Connect action="/after" method="GET">${stream}</Connect><Hangup/></Response>`,
  '<Response><Connect><Stream url="wss://a.example/m" name="s"><Parameter name="a" value="b"/></Stream></Connect></Response>',
  `<Response><Start>${stream}</Start><Start><Recording channels="dual" trim="do-not-trim"/></Start></Response>`,
  '<Response><Dial callerId="+15550001111" timeout="30" action="/d"><Number sendDigits="ww1#">+15551230009</Number></Dial></Response>',
  '<Response><Dial><Sip username="u" password="p">sip:a@b.example;transport=tls?X-Foo=bar</Sip></Dial></Response>',
  '<Response><Dial>+15551230009</Dial></Response>',
  '<Response><Gather numDigits="1" action="/g"><Say>Press</Say><Pause/><Play>/a.wav</Play></Gather></Response>',
  '<Response><Play digits="ww12A#*"/><Pause length="2"/><Redirect method="POST">/next</Redirect></Response>',
  '<Response><Reject reason="busy"/></Response>',
  '<Response><Stop><Stream name="tap"/></Stop><Record maxLength="30"/></Response>',
  '<Response><!-- why --><Say><![CDATA[<b>]]></Say></Response>',
])('valid: %s', (xml) => {
  expect(readMarkup(xml)).toMatchObject({ ok: true })
})

test.each([
  ['', 12100, 'root element'],
  ['  \n<?xml version="1.0"?><Response/>', 12100, 'parse'],
  ['<Response><Say>Hi</Response>', 12100, 'parse'],
  ['<Response><Say>a & b</Say></Response>', 12100, 'parse'],
  ['<Response><Pause length=1/></Response>', 12100, 'parse'],
  ['<!DOCTYPE x><Response/>', 12100, 'document type'],
  ['<Responses/>', 12100, 'not <Response>'],
  ['<response/>', 12100, 'not <Response>'],
  ['<Response><say>Hi</say></Response>', 12200, '<say> is not allowed in <Response>'],
  ['<Response>Hello</Response>', 12200, 'text is not allowed'],
  ['<Response><Say tone="nice">Hi</Say></Response>', 12200, 'attribute tone'],
  [`<Response>${stream}</Response>`, 12200, '<Stream> is not allowed in <Response>'],
  ['<Response><Connect/></Response>', 12200, 'exactly one <Stream>'],
  ['<Response><Connect><Say>Hi</Say></Connect></Response>', 12200, 'exactly|allowed'],
  [`<Response><Connect>${stream}${stream}</Connect></Response>`, 12200, 'exactly one'],
  ['<Response><Connect><Stream url="wss://a/m" track="all"/></Connect></Response>', 12200, 'track="all"'],
  [
    '<Response><Connect><Stream url="wss://a/m"><Parameter name="a"/></Stream></Connect></Response>',
    12200,
    'value is missing',
  ],
  ['<Response><Connect><Stream url="wss://a/ m"/></Connect></Response>', 12200, 'is not a URL'],
  ['<Response><Dial/></Response>', 12200, 'nobody to dial'],
  ['<Response><Dial timeout="soon">+15551230009</Dial></Response>', 12200, 'whole number'],
  ['<Response><Dial><Number statusCallbackEvent="busy">+1555</Number></Dial></Response>', 12200, 'none of initiated'],
  ['<Response><Play/></Response>', 12200, 'URL or digits'],
  ['<Response><Play digits="12x"/></Response>', 12200, 'keys other'],
  ['<Response><Reject reason="tired"/></Response>', 12200, 'none of rejected, busy'],
  ['<Response><Gather><Hangup/></Gather></Response>', 12200, 'not allowed in <Gather>'],
  ['<Response><Redirect/></Response>', 12200, 'is empty'],
])('refused: %s', (xml, code, message) => {
  const result = readMarkup(xml)
  expect(result).toEqual({ ok: false, error: { code, message: expect.stringMatching(message) } })
})

function withParameter(length: number): string {
  const parameter = `<Parameter name="abcd" value="${'v'.repeat(length)}"/>`
  return `<Response><Connect><Stream url="wss://a/m">${parameter}</Stream></Connect></Response>`
}

test('a parameter may have 500 characters with its name, not 501', () => {
  expect(readMarkup(withParameter(496)).ok).toBe(true)
  expect(readMarkup(withParameter(497))).toMatchObject({ ok: false, error: { code: 12200 } })
})
