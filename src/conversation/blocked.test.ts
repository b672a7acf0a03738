import { describe, expect, test } from 'vitest'
import { Blocked } from './blocked.ts'

const verdict = { rule: 'money', instead: 'Ask my colleague.', after: 'go-on', said: false } as const

function start(heard: Promise<void> = Promise.resolve()) {
  const log: string[] = []
  const talk = {
    interrupt: () => void log.push('stop'),
    say: (text: string) => log.push(`say ${text}`) > 0,
    heard: () => heard,
  }
  const blocked = new Blocked(talk, {
    emit: (event) => void log.push(event.type === 'guardrail.hit' ? `${event.rule} ${event.action}` : event.type),
    tool: async ({ name, arguments: given }) => {
      log.push(`${name} ${JSON.stringify(given)}`)
      return { ok: true, result: 'done' }
    },
  })
  return { blocked, log }
}

describe('forbidden words', () => {
  test('are cut off, and others said', () => {
    const { blocked, log } = start()
    blocked.take(verdict)
    expect(log).toEqual(['money replaced', 'stop', 'say Ask my colleague.'])
  })

  test('that the agent replaced itself are only told of', () => {
    const { blocked, log } = start()
    blocked.take({ ...verdict, said: true })
    expect(log).toEqual(['money replaced'])
  })

  test('that come again and again are cut off, and nothing more is said until the caller had a turn', () => {
    const { blocked, log } = start()
    for (let time = 0; time < 5; time++) blocked.take(verdict)
    expect(log.filter((line) => line.startsWith('say'))).toHaveLength(3)
    expect(log.filter((line) => line === 'stop')).toHaveLength(5)
    blocked.turn()
    blocked.take(verdict)
    expect(log.filter((line) => line.startsWith('say'))).toHaveLength(4)
  })

  test.each([
    ['hang-up', {}, 'hung-up', 'hang_up {}'],
    ['transfer', { to: '+15550100009' }, 'transferred', 'transfer_call {"to":"+15550100009"}'],
  ] as const)('end in a %s once the message was heard, and only once', async (after, to, action, tool) => {
    const heard = Promise.withResolvers<void>()
    const { blocked, log } = start(heard.promise)
    blocked.take({ ...verdict, after, ...to })
    blocked.take({ ...verdict, after, ...to })
    expect(log).toContain(`money ${action}`)
    expect(log).not.toContain(tool)
    heard.resolve()
    await new Promise(setImmediate)
    expect(log.filter((line) => line === tool)).toHaveLength(1)
  })

  test('end nothing when the talk is over before', async () => {
    const { blocked, log } = start()
    blocked.take({ ...verdict, after: 'hang-up' })
    blocked.close()
    await new Promise(setImmediate)
    expect(log).not.toContain('hang_up {}')
  })
})
