import { describe, expect, test } from 'vitest'
import { readPlan } from './options.ts'

describe('command line of the bench', () => {
  test('without words: a hundred echoing calls for twenty seconds', () => {
    expect(readPlan([])).toEqual({
      ...{ n: 100, seconds: 20, agent: 'echo', record: false, carrier: 'twilio', json: false, profile: undefined },
    })
  })

  test('every option is read', () => {
    const words = '--n 10 --seconds 5 --agent 24k --record --carrier twilio --json --profile out'.split(' ')
    expect(readPlan(words)).toEqual({
      ...{ n: 10, seconds: 5, agent: '24k', record: true, carrier: 'twilio', json: true, profile: 'out' },
    })
    expect(readPlan(['--vad']).agent).toBe('talker')
  })

  test.each([
    [['--n', '0'], '--n 0 is no whole number'],
    [['--seconds', '1.5'], '--seconds 1.5 is no whole number'],
    [['--seconds', '601'], 'from 1 to 600'],
    [['--agent', 'parrot'], '--agent parrot is not known'],
    [['--vad', '--agent', 'echo'], 'give no --agent'],
    [['--carrier', 'acme'], '--carrier acme is not simulated'],
    [['--loud'], '--loud'],
  ])('%j is refused with what is wrong, and how it is used', (words, message) => {
    expect(() => readPlan(words)).toThrow(message)
    expect(() => readPlan(words)).toThrow('Use: npm run bench')
  })
})
