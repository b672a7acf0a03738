import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sine } from '../../media/tones.ts'
import type { CallEvent } from '../../spec/event.ts'
import type { CallRecord } from '../../store/contract.ts'
import { judge } from './judge.ts'
import { junit } from './junit.ts'
import { finder, readScenarios, type Scenario } from './scenario.ts'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'offhook-scenarios-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function read(text: string): Promise<readonly Scenario[]> {
  const file = join(folder, 'file.yaml')
  await writeFile(file, text)
  return readScenarios(file)
}

describe('a scenario file', () => {
  test('holds one scenario per document, with its own folder', async () => {
    const [first, second] = await read(
      'name: one\nsteps: [{ hear: hello }]\n---\n{"name": "two", "direction": "outbound"}',
    )
    expect(first).toMatchObject({ name: 'one', agent: 'local', folder, steps: [{ hear: 'hello', within: 20 }] })
    expect(second).toMatchObject({ name: 'two', direction: 'outbound', person: 'answers', limit: 120 })
  })

  test.each([
    ['steps: [{ say: hi }]', 'scenario 1: name'],
    ['name: x\nstep: []', 'step'],
    ['name: x\nsteps: [{ press: "9x" }]', 'steps.0'],
    ['name: [', 'file.yaml'],
    ['name: x\n---\nname: y\nlimit: -1', 'scenario 2: limit'],
  ])('that is wrong is refused by name: %j', async (text, named) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'request.invalid', message: expect.stringContaining(named) })
  })

  test('that is not there is refused by name', async () => {
    await expect(readScenarios('/nowhere.yaml')).rejects.toMatchObject({
      message: expect.stringContaining('/nowhere.yaml'),
    })
  })
})

test('words are found whatever their case and punctuation, whole; patterns as they are', () => {
  expect(finder('how can I help')('Hello! How can I help, Ada?')).toBe(true)
  expect(finder('art')('We start at nine')).toBe(false)
  expect(finder('/book(ed|ing)/i')('BOOKED.')).toBe(true)
  expect(finder('/booked/')('BOOKED.')).toBe(false)
})

const said = (role: 'agent' | 'caller', text: string): CallEvent => ({
  type: 'message.added',
  message: 'm',
  role,
  text,
})
const call = { status: 'completed', endReason: 'caller-hangup' } as CallRecord // what a judge looks at
const tone = sine(440, { rate: 8000, ms: 500 })

describe('the judge', () => {
  const problems = async (expectation: string, events: readonly CallEvent[], heard = tone) => {
    const [scenario] = await read(`name: x\nexpect: ${expectation}`)
    return judge(scenario!, { record: call, events, heard })
  }

  test('says nothing when all is as expected', async () => {
    const events = [said('agent', 'Hello there'), said('caller', 'A table for two'), ...digits('12')]
    expect(await problems('{status: completed, heard: [hello], said: [/table/], digits: "12"}', events)).toEqual([])
  })

  test.each([
    ['{status: busy}', 'the status is completed, not busy'],
    ['{endReason: agent-hangup}', 'the end is caller-hangup'],
    ['{heard: [goodbye]}', '"Hello"'],
    ['{said: [table]}', 'nothing was said'],
    ['{digits: "9"}', 'keys pressed'],
    ['{transferredTo: "+15550100"}', 'the transfer is undefined'],
    ['{answersWithinMs: 500}', '900 ms'],
  ])('says what is not as %s', async (expectation, sentence) => {
    const events: CallEvent[] = [
      said('agent', 'Hello'),
      { type: 'turn.measured', turn: 1, timings: { firstSent: 900 } },
    ]
    expect(await problems(expectation, events)).toEqual([expect.stringContaining(sentence)])
  })

  test('does not believe words that nobody heard', async () => {
    const silent = new Int16Array(8000)
    expect(await problems('{}', [said('agent', 'Hello')], silent)).toEqual([expect.stringContaining('one-way audio')])
    expect(await problems('{}', [], silent)).toEqual([])
  })
})

function digits(keys: string): CallEvent[] {
  return Array.from(keys, (digit) => ({ type: 'digit.received', digit, source: 'carrier' }))
}

test('the report has a suite per carrier, and says why a case failed', () => {
  const report = junit([
    { scenario: 'A & B', carrier: 'one', seconds: 1.5, problems: [], transcript: [] },
    { scenario: 'C', carrier: 'two', seconds: 2, problems: ['too <late>'], transcript: ['agent: Hello'] },
  ])
  expect(report).toContain('<testsuites tests="2" failures="1" time="3.500">')
  expect(report).toContain('<testcase name="A &amp; B" classname="one" time="1.500"/>')
  expect(report).toContain('<failure message="too &lt;late&gt;">too &lt;late&gt;</failure>')
  expect(report).toContain('<system-out>agent: Hello</system-out>')
})
