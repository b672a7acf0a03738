import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from '../lib/clock.ts'
import { silentLogger } from '../lib/log.ts'
import type { AgentOrder } from '../spec/agent.ts'
import { Toolbox, type ToolOutcome } from './toolbox.ts'

const tool = { name: 'find', description: '', parameters: {} }

function start(fillers = { find: { text: 'One moment.', after: 800 } }) {
  const clock = new VirtualClock()
  const said: string[] = []
  const answers: AgentOrder[] = []
  const work: PromiseWithResolvers<ToolOutcome>[] = []
  const state = { quiet: true }
  const toolbox = new Toolbox({
    ...{ tools: [tool], fillers, clock, logger: silentLogger },
    perform: () => {
      const one = Promise.withResolvers<ToolOutcome>()
      work.push(one)
      return one.promise
    },
    say: (text) => void said.push(text),
    quiet: () => state.quiet,
    lastWords: async () => 'heard',
    answer: (order) => void answers.push(order),
    ...{ emit: () => undefined, called: () => undefined, returned: () => undefined },
    signal: new AbortController().signal,
  })
  let calls = 0
  const use = () => toolbox.take({ id: `t${++calls}`, name: 'find', arguments: {} })
  const pass = async (ms: number) => {
    clock.advance(ms)
    await settle()
  }
  const done = async () => {
    work.shift()!.resolve({ ok: true, result: 'done' })
    await settle()
  }
  return { said, answers, work, state, toolbox, use, pass, done }
}

describe('while a tool works', () => {
  test('the filler is said in time, once', async () => {
    const { said, use, pass } = start()
    use()
    await pass(799)
    expect(said).toEqual([])
    await pass(1)
    expect(said).toEqual(['One moment.'])
    await pass(10_000)
    expect(said).toEqual(['One moment.'])
  })

  test('nothing is said when the result was there before', async () => {
    const { said, use, pass, done } = start()
    use()
    await pass(700)
    await done()
    await pass(5_000)
    expect(said).toEqual([])
  })

  test('nothing is said while somebody speaks; silence after that counts anew', async () => {
    const { said, state, use, pass } = start()
    state.quiet = false
    use()
    await pass(800)
    expect(said).toEqual([])
    state.quiet = true
    await pass(800)
    expect(said).toEqual(['One moment.'])
  })

  test('a second tool does not say it again before the caller had a turn', async () => {
    const { said, toolbox, use, pass, done } = start()
    use()
    await pass(800)
    await done()
    use()
    await pass(800)
    expect(said).toEqual(['One moment.'])
    await done()
    toolbox.turn()
    use()
    await pass(800)
    expect(said).toEqual(['One moment.', 'One moment.'])
  })
})

test('broken arguments are answered to the model, and nothing is done', async () => {
  const { toolbox, answers, work } = start()
  toolbox.take({ id: 't', name: 'find', arguments: {}, broken: 'the arguments are no JSON object' })
  await settle()
  expect(work).toEqual([])
  expect(answers).toEqual([
    {
      type: 'tool-result',
      id: 't',
      ok: false,
      result: { error: 'the arguments are no JSON object; call again with a JSON object' },
    },
  ])
})
