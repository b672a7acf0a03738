import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { CarrierSpec } from '../spec/carrier.ts'
import { field } from '../spec/provider.ts'
import { providersFromEnvironment } from './environment.ts'
import { ownVariables, processValues } from './process.ts'

const process = z.object({
  host: field(z.string(), { title: 'Host', env: 'HOST' }),
  doors: field(z.coerce.number().max(9).optional(), { title: 'Doors', description: 'How many', env: 'MADE_UP_DOORS' }),
})
const settings = z.object({
  name: field(z.string(), { title: 'Name', env: 'MADE_UP_NAME' }),
  open: field(z.boolean().default(false), { title: 'Open', env: 'MADE_UP_OPEN' }),
  most: field(z.number().int().default(1), { title: 'Most', env: 'MADE_UP_MOST' }),
})
const carrier: CarrierSpec = { kind: 'carrier', name: 'made-up', label: 'Made up', settings, process }

describe('what a provider that listens is told by the environment', () => {
  test('comes by field and as text; an empty variable is none', () => {
    expect(processValues(carrier, { HOST: '::1', MADE_UP_DOORS: '3', OTHER: 'x' })).toEqual({ host: '::1', doors: '3' })
    expect(processValues(carrier, { HOST: '::1', MADE_UP_DOORS: '' })).toEqual({ host: '::1' })
  })

  test('is refused by the names of its variables', () =>
    expect(() => processValues(carrier, { HOST: '::1', MADE_UP_DOORS: '12' })).toThrow(/MADE_UP_DOORS: /))

  test('is listed without what belongs to all', () =>
    expect(ownVariables([carrier]).map(({ env, about }) => [env, about])).toEqual([['MADE_UP_DOORS', 'How many']]))
})

describe('a connection from the environment', () => {
  test('has its switches and numbers out of texts', () => {
    const [made] = providersFromEnvironment([carrier], { MADE_UP_NAME: '7', MADE_UP_OPEN: 'true', MADE_UP_MOST: '4' })
    expect(made?.settings).toEqual({ name: '7', open: true, most: 4 })
  })

  test('is refused where a switch is none', () =>
    expect(() => providersFromEnvironment([carrier], { MADE_UP_NAME: '7', MADE_UP_OPEN: 'perhaps' })).toThrow(
      'MADE_UP_OPEN is not valid',
    ))
})
