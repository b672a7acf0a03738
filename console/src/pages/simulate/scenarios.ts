/** Scenarios kept in this browser: a caller, what they do, and what goes wrong. */
import type { Act } from './acts.ts'

export interface Scenario {
  readonly name: string
  readonly carrier: string
  readonly from: string
  readonly to: string
  readonly agent: string
  readonly acts: readonly Act[]
  readonly stayOnLine: boolean
  readonly faults: Readonly<Record<string, unknown>>
}

type Shelf = Pick<Storage, 'getItem' | 'setItem'>

const key = 'simulate.scenarios'

/** By name; what cannot be read is left out. */
export function scenariosIn(shelf: Shelf): readonly Scenario[] {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(key) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isScenario).toSorted((a, b) => a.name.localeCompare(b.name)) : []
  } catch {
    return [] // storage is forbidden, or holds something else
  }
}

/** Replaces the one of its name. Throws when the browser has no room or no storage. */
export function keep(shelf: Shelf, scenario: Scenario): void {
  const others = scenariosIn(shelf).filter(({ name }) => name !== scenario.name)
  shelf.setItem(key, JSON.stringify([...others, scenario]))
}

export function forget(shelf: Shelf, name: string): void {
  shelf.setItem(key, JSON.stringify(scenariosIn(shelf).filter((one) => one.name !== name)))
}

/** Parse boundary: written by an earlier version of this page, or by hand. */
function isScenario(value: unknown): value is Scenario {
  if (typeof value !== 'object' || value === null) return false
  const one = value as Partial<Record<keyof Scenario, unknown>>
  const texts = [one.name, one.carrier, one.from, one.to, one.agent]
  return texts.every((text) => typeof text === 'string') && Array.isArray(one.acts) && one.acts.every(isAct)
}

function isAct(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('type' in value)) return false
  const { type, ...rest } = value
  const has = (name: string) => name in rest
  if (type === 'say') return has('text')
  if (type === 'sound') return has('clip')
  return type === 'keys' ? has('digits') : type === 'pause' && has('seconds')
}
