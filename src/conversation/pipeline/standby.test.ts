import { describe, expect, test } from 'vitest'
import { OffhookError } from '../../spec/errors.ts'
import { Standby } from './standby.ts'

class Part implements AsyncDisposable {
  readonly name: string
  disposals = 0

  constructor(name: string) {
    this.name = name
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposals++
  }
}

const passing = () => new OffhookError('vendor.failed', 'down')
const hopeless = () => new OffhookError('vendor.credentials', 'wrong key')

function start(...names: readonly string[]) {
  const opened: Part[] = []
  const refusals = new Map<string, Error>()
  const told: string[] = []
  const candidates = names.map((name) => ({
    name,
    open: async () => {
      const refusal = refusals.get(name)
      if (refusal) throw refusal
      opened.push(new Part(name))
      return opened.at(-1)!
    },
  }))
  const standby = new Standby<Part>({
    candidates,
    replaced: ({ code, message }) => void told.push(`${code} ${message}`),
  })
  return { standby, opened, refusals, told, present: async () => (await standby.part()).name }
}

describe('a part with others standing by', () => {
  test('is opened once, and the others not before they are needed', async () => {
    const { standby, opened, present } = start('one', 'two')
    expect([await present(), await present()]).toEqual(['one', 'one'])
    expect(opened).toHaveLength(1)
    await standby[Symbol.asyncDispose]()
    await standby[Symbol.asyncDispose]()
    expect(opened[0]?.disposals).toBe(1)
  })

  test('that fails twice in a row is replaced, and that is told', async () => {
    const { standby, present, told } = start('one', 'two')
    await present()
    expect([standby.failed(passing()), await present()]).toEqual([true, 'one'])
    expect([standby.failed(passing()), await present()]).toEqual([true, 'two'])
    expect(told).toEqual(['vendor.failed one failed (down): two takes its place for the rest of the call'])
  })

  test('that worked in between is not', async () => {
    const { standby, present, told } = start('one', 'two')
    standby.failed(passing())
    standby.worked()
    standby.failed(passing())
    expect([await present(), told]).toEqual(['one', []])
  })

  test('that fails for good is replaced at once', async () => {
    const { standby, present } = start('one', 'two')
    standby.failed(hopeless())
    expect(await present()).toBe('two')
  })

  test('is replaced at once when there is no time, and kept when nobody else is there', async () => {
    const { standby, present } = start('one', 'two')
    standby.failed(passing(), { atOnce: true })
    expect(await present()).toBe('two')
    expect(standby.failed(passing(), { atOnce: true })).toBe(true)
    expect(await present()).toBe('two')
    expect(standby.failed(passing())).toBe(false)
  })

  test('what failed together counts once', async () => {
    const { standby, present } = start('one', 'two')
    const since = standby.count
    standby.failed(passing(), { since })
    expect(standby.failed(passing(), { since })).toBe(true)
    expect(await present()).toBe('one')
  })

  test('that cannot be opened is passed over', async () => {
    const { refusals, present, told, standby } = start('one', 'two', 'three')
    refusals.set('one', passing()).set('two', hopeless())
    expect(await present()).toBe('three')
    expect(told).toHaveLength(2)
    expect(standby.hasNext).toBe(false)
  })

  test('is nobody when none can be opened: the last one says why, and is tried again later', async () => {
    const { refusals, present } = start('one', 'two')
    refusals.set('one', passing()).set('two', hopeless())
    await expect(present()).rejects.toThrow('wrong key')
    refusals.clear()
    expect(await present()).toBe('two')
  })

  test('that is the only one is tried once more, also for two who ask at once', async () => {
    const refusals = [passing()]
    const open = async () => {
      const refusal = refusals.shift()
      if (refusal) throw refusal
      return new Part('one')
    }
    const standby = new Standby<Part>({ candidates: [{ name: 'one', open }], replaced: () => undefined })
    const [one, other] = await Promise.all([standby.part(), standby.part()])
    expect(one).toBe(other)
    refusals.push(passing(), passing())
    const again = new Standby<Part>({ candidates: [{ name: 'one', open }], replaced: () => undefined })
    await expect(again.part()).rejects.toThrow('down')
  })

  test('two who ask at once pass over the same one', async () => {
    const { refusals, present, told } = start('one', 'two', 'three')
    refusals.set('one', passing())
    expect(await Promise.all([present(), present()])).toEqual(['two', 'two'])
    expect(told).toHaveLength(1)
  })

  test('closes all that were opened, and opens nobody after that', async () => {
    const { standby, present, opened } = start('one', 'two')
    await present()
    standby.failed(hopeless())
    await present()
    await standby[Symbol.asyncDispose]()
    expect(opened.map(({ disposals }) => disposals)).toEqual([1, 1])
    await expect(present()).rejects.toThrow('after the call')
  })
})
