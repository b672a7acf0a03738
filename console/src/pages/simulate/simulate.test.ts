import { describe, expect, test } from 'vitest'
import { faultOf, moved, nameOf, nextId, scriptOf, type Act } from './acts.ts'
import { forget, keep, scenariosIn, type Scenario } from './scenarios.ts'

const clip = { name: 'take 1', seconds: 1, base64: 'UklGRg==', peaks: [] }
const acts: readonly Act[] = [
  { id: 1, type: 'say', text: ' Hello. ' },
  { id: 2, type: 'sound', clip },
  { id: 3, type: 'keys', digits: '12#' },
  { id: 4, type: 'pause', seconds: '1.5' },
]

describe('acts', () => {
  test('are sent in their order, as the API takes them', () => {
    expect(scriptOf(acts)).toEqual([{ say: 'Hello.' }, { audio: 'UklGRg==' }, { digits: '12#' }, { pauseMs: 1500 }])
  })

  test.each([
    [1, 0, [1, 2, 3, 4]],
    [1, 2, [2, 3, 1, 4]],
    [4, 0, [4, 1, 2, 3]],
    [2, 99, [1, 3, 4, 2]],
    [2, -1, [2, 1, 3, 4]],
    [9, 0, [1, 2, 3, 4]],
  ])('act %i goes to place %i', (id, to, order) => {
    expect(moved(acts, id, to).map((act) => act.id)).toEqual(order)
  })

  test('a new act has an id of its own', () => {
    expect(nextId(acts)).toBe(5)
    expect(nextId([])).toBe(1)
  })

  test.each<[Act, boolean]>([
    [{ id: 1, type: 'say', text: 'x' }, true],
    [{ id: 1, type: 'say', text: '  ' }, false],
    [{ id: 1, type: 'say', text: 'x'.repeat(2_001) }, false],
    [{ id: 1, type: 'keys', digits: '1*#A' }, true],
    [{ id: 1, type: 'keys', digits: '' }, false],
    [{ id: 1, type: 'keys', digits: '1x' }, false],
    [{ id: 1, type: 'pause', seconds: '0' }, true],
    [{ id: 1, type: 'pause', seconds: '' }, false],
    [{ id: 1, type: 'pause', seconds: '61' }, false],
    [{ id: 1, type: 'pause', seconds: 'long' }, false],
    [{ id: 1, type: 'sound', clip }, true],
  ])('%j is fine: %s', (act, fine) => {
    expect(faultOf(act) === undefined).toBe(fine)
  })

  test('have names for whoever cannot see them', () => {
    expect(acts.map(nameOf)).toEqual(['“Hello.”', 'take 1', 'keys 12#', 'pause of 1.5 s'])
  })
})

describe('scenarios', () => {
  const shelf = () => {
    const kept = new Map<string, string>()
    return {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    }
  }
  const scenario: Scenario = {
    ...{ name: 'Booking', carrier: 'acme', from: '', to: '+1', agent: '', acts, stayOnLine: true, faults: {} },
  }

  test('come back as they were kept, by name', () => {
    const place = shelf()
    keep(place, scenario)
    keep(place, { ...scenario, name: 'Angry' })
    expect(scenariosIn(place)).toEqual([{ ...scenario, name: 'Angry' }, scenario])
  })

  test('the same name is replaced, and can be forgotten', () => {
    const place = shelf()
    keep(place, scenario)
    keep(place, { ...scenario, to: '+2' })
    expect(scenariosIn(place)).toMatchObject([{ to: '+2' }])
    forget(place, 'Booking')
    expect(scenariosIn(place)).toEqual([])
  })

  test.each([
    '',
    'nonsense',
    '{}',
    '[1]',
    '[{"name":"x"}]',
    '[{"name":"x","carrier":"","from":"","to":"","agent":"","acts":[{"id":1,"type":"fly"}]}]',
  ])('what cannot be read is left out: %s', (text) => {
    const place = shelf()
    place.setItem('simulate.scenarios', text)
    expect(scenariosIn(place)).toEqual([])
  })
})
