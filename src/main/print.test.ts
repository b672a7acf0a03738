import { afterEach, describe, expect, test, vi } from 'vitest'
import { costLine, describe as tell, printWire } from './print.ts'

afterEach(() => vi.restoreAllMocks())

describe('the live view', () => {
  test('says who said what, and what was cut short', () => {
    expect(
      tell({ type: 'message.added', message: 'msg_1', role: 'agent', text: 'We are open', interrupted: true }),
    ).toBe('agent  ‹ We are open ⏎ interrupted')
  })

  test('gives the timings that a turn has, in whole milliseconds', () => {
    const line = tell({ type: 'turn.measured', turn: 2, timings: { endOfTurn: 600, firstSent: 1101.7 } })
    expect(line).toBe('  turn 2: end of turn 600 ms, first sent 1102 ms')
  })

  test('shows what a part used and what it cost, and says so where nobody knows', () => {
    const used = { part: 'llm', provider: 'a', model: 'm', usage: { inputTokens: 812 } } as const
    expect(costLine({ ...used, cost: [{ amount: 0.000324812, currency: 'USD' }], unknown: [] })).toBe(
      'llm a m: inputTokens 812; 0.0003248 USD',
    )
    expect(costLine({ ...used, unknown: ['input-tokens'] })).toBe(
      'llm a m: inputTokens 812; cost unknown (no price of: input-tokens)',
    )
    expect(costLine({ part: 'carrier', provider: 'c', usage: {}, unknown: ['call'] })).toBe(
      'carrier c: cost unknown (the carrier has not said)',
    )
  })

  test('keeps quiet about what says nothing to people', () => {
    expect(tell({ type: 'speech.started', by: 'caller' })).toBeUndefined()
  })

  test('shows SIP line by line, without what proves a password', () => {
    const lines: string[] = []
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
    const text =
      'INVITE sip:a@b SIP/2.0\r\nProxy-Authorization: Digest response="6629fae49393a05397450978507c4ef1"\r\n\r\n'
    printWire({ at: 1_500, from: 'gateway', kind: 'sip', text }, 1_000)
    const indent = ' '.repeat(20)
    expect(lines[0]).toBe(`   0.500  → sip     INVITE sip:a@b SIP/2.0\n${indent}Proxy-Authorization: [redacted]`)
  })

  test('shows wire messages without the media token', () => {
    const lines: string[] = []
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
    const text = '<Stream url="wss://voice.example.com/media/Xz9_secret-token-0123456789"/>'
    printWire({ at: 1_500, from: 'gateway', kind: 'reply', text }, 1_000)
    expect(lines[0]).toMatch(/^ {3}0\.500 {2}→ reply/)
    expect(lines[0]).not.toContain('Xz9_secret')
  })
})
