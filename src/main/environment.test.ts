import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { field } from '../spec/provider.ts'
import { providersFromEnvironment, readEnvironment, type KindredSpec } from './environment.ts'

describe('the environment', () => {
  test('has a default for everything', () => {
    expect(readEnvironment({})).toMatchObject({ port: 8080, host: '127.0.0.1', dataDir: './data', simulators: true })
  })

  test('names every variable at fault at once', () => {
    expect(() => readEnvironment({ PORT: 'eighty', OFFHOOK_PUBLIC_URL: 'voice.example.com' })).toThrow(
      /PORT[^]*OFFHOOK_PUBLIC_URL/,
    )
  })

  test('switches simulators off once a public URL is set, unless asked for', () => {
    const publicUrl = { OFFHOOK_PUBLIC_URL: 'https://voice.example.com' }
    expect(readEnvironment(publicUrl).simulators).toBe(false)
    expect(readEnvironment({ ...publicUrl, OFFHOOK_SIMULATORS: 'on' }).simulators).toBe(true)
  })

  test('takes an empty variable as absent', () => {
    expect(readEnvironment({ PORT: '', REDIS_URL: '' })).toMatchObject({ port: 8080, redisUrl: undefined })
  })

  test('splits lists', () => {
    expect(readEnvironment({ OFFHOOK_ALLOW_HOSTS: 'a.example, 10.0.0.0/8,' }).allowHosts).toEqual([
      'a.example',
      '10.0.0.0/8',
    ])
  })
})

describe("providers' conventional names", () => {
  const provider: KindredSpec = {
    kind: 'carrier',
    name: 'made-up',
    label: 'Made-up',
    settings: z.object({
      account: field(z.string().regex(/^AC/, 'must begin with AC'), { title: 'Account', env: 'MADE_UP_ACCOUNT' }),
      token: field(z.string(), { title: 'Token', secret: true, env: 'MADE_UP_TOKEN' }),
      region: field(z.string().optional(), { title: 'Region', env: 'MADE_UP_REGION' }),
    }),
  }

  test('make a connection when all are present', () => {
    const found = providersFromEnvironment([provider], { MADE_UP_ACCOUNT: 'AC1', MADE_UP_TOKEN: 't' })
    expect(found.map(({ settings }) => settings)).toEqual([{ account: 'AC1', token: 't' }])
  })

  test('make none when none is present', () => {
    expect(providersFromEnvironment([provider], {})).toEqual([])
  })

  test('half present, the missing one is named', () => {
    expect(() => providersFromEnvironment([provider], { MADE_UP_ACCOUNT: 'AC1' })).toThrow(/MADE_UP_TOKEN is missing/)
  })

  test("an AI vendor's key alone makes an account: what an agent chooses is left to the agent", () => {
    const vendor: KindredSpec = { ...provider, kind: 'llm' }
    const found = providersFromEnvironment([vendor], { MADE_UP_TOKEN: 't' })
    expect(found.map(({ settings }) => settings)).toEqual([{ token: 't' }])
  })

  test('a wrong one is named without its value', () => {
    const values = { MADE_UP_ACCOUNT: 'secret-looking', MADE_UP_TOKEN: 't' }
    expect(() => providersFromEnvironment([provider], values)).toThrow(/MADE_UP_ACCOUNT is not valid: must begin/)
    expect(() => providersFromEnvironment([provider], values)).not.toThrow(/secret-looking/)
  })
})
