/** Markup: what is written reads back as it was, whatever the text. */
import * as fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { el, escapeAttribute, escapeText, xml } from './markup.ts'

/** The text and the attribute `a` of a one-element document, as an independent parser reads them. */
function read(document: string): { text: string; attribute: string | undefined } {
  let text = ''
  let attribute: string | undefined
  const parser = new SaxesParser()
  parser.on('text', (piece) => void (text += piece))
  parser.on('opentag', (tag) => void (attribute = tag.attributes['a']))
  parser.on('error', (error) => {
    throw error
  })
  parser.write(document).close()
  return { text, attribute }
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>'

describe('xml', () => {
  test.each([
    [el('Response'), '<Response/>'],
    [el('Say', { voice: 'alice' }, 'Hi'), '<Say voice="alice">Hi</Say>'],
    [
      el('Dial', { timeout: 30, answerOnBridge: true, callerId: undefined }),
      '<Dial timeout="30" answerOnBridge="true"/>',
    ],
    [el('Response', {}, undefined, false, el('Hangup')), '<Response><Hangup/></Response>'],
    [el('Say', {}, 'a < b & "c" > d'), '<Say>a &lt; b &amp; "c" &gt; d</Say>'],
    [el('Number', {}, 15551230001), '<Number>15551230001</Number>'],
    [el('Parameter', { value: `"'<>&\n` }), '<Parameter value="&quot;&apos;&lt;&gt;&amp;&#10;"/>'],
  ])('writes %j', (root, expected) => expect(xml(root)).toBe(declaration + expected))

  test('text that looks like markup stays text', () => {
    const evil = '</Say><Dial>+19005550000</Dial><Say>'
    expect(read(xml(el('Say', {}, evil))).text).toBe(evil)
  })

  test('line ends and tabs survive in text and attributes', () => {
    const text = 'a\r\nb\rc\td'
    expect(read(xml(el('T', { a: text }, text)))).toEqual({ text, attribute: text })
  })

  test.each(['', '1st', 'a b', 'a>', 'é"', '<'])('refuses %j as a name', (name) => {
    expect(() => el(name)).toThrow(RangeError)
    expect(() => el('ok', { [name]: 'x' })).toThrow(RangeError)
  })

  test('drops what XML cannot hold and keeps the rest', () => {
    expect(escapeText('a\0b\x07c\ufffed\ud800e\tf\n😀')).toBe('abcde\tf\n😀')
    expect(escapeAttribute('\x1b[31m')).toBe('[31m')
  })

  test('any text of lawful characters reads back exactly', () => {
    const lawful = fc
      .string({ unit: 'binary' })
      .filter((text) => !/[^\P{Cc}\t\n\r\x7f-\x9f]|[\ufffe\uffff]/u.test(text))
    fc.assert(
      fc.property(lawful, (text) => {
        expect(read(xml(el('T', { a: text }, text)))).toEqual({ text, attribute: text })
      }),
    )
  })

  test('any string at all gives a well-formed document', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const text = String.fromCharCode(...units)
        read(xml(el('T', { a: text }, text)))
      }),
    )
  })
})
