/** What holds for organizations, keys, connections, numbers and agents. */
import { describe, expect, test } from 'vitest'
import { seededIds } from '../../lib/ids.ts'
import { createKey } from '../keys.ts'
import { start } from './fixtures.ts'
import type { Setting } from './setting.ts'

export function configurationSuite(setting: Setting): void {
  organizationTests(setting)
  keyTests(setting)
  connectionTests(setting)
  defaultTests(setting)
  numberTests(setting)
  agentTests(setting)
}

function organizationTests(setting: Setting): void {
  describe('organizations', () => {
    test('are found by id and listed', async () => {
      const { id } = await setting.tenant()
      const organization = { id, name: 'A tenant', createdAt: start }
      expect(await setting.store.organizations.get(id)).toEqual(organization)
      expect(await setting.store.organizations.list()).toContainEqual(organization)
      expect(await setting.store.organizations.get('org_none')).toBeUndefined()
    })
  })
}

function keyTests(setting: Setting): void {
  describe('keys', () => {
    test('are told by their secret, of which only a prefix is kept', async () => {
      const { key, secret } = await draw(setting)
      expect(secret).toMatch(/^ohk_[\w-]{43}$/)
      expect(await setting.store.keys.authenticate(secret, start + 1)).toEqual({ ...key, lastUsedAt: start + 1 })
      expect(await setting.store.keys.authenticate(`${secret}x`, start)).toBeUndefined()
      expect(JSON.stringify(await setting.store.keys.list(key.organization))).not.toContain(secret)
    })

    test('are marked used at most once a minute', async () => {
      const { key, secret } = await draw(setting)
      const used = async (now: number) => {
        await setting.store.keys.authenticate(secret, now)
        return (await setting.store.keys.list(key.organization))[0]?.lastUsedAt
      }
      expect([await used(start), await used(start + 59_999), await used(start + 60_000)]).toEqual([
        start,
        start,
        start + 60_000,
      ])
    })

    test('revoked, open nothing any more; only their own organization revokes them', async () => {
      const { key, secret } = await draw(setting)
      const other = await setting.tenant()
      expect(await setting.store.keys.revoke(other.id, key.id, start)).toBe(false)
      expect(await setting.store.keys.revoke(key.organization, key.id, start + 5)).toBe(true)
      expect(await setting.store.keys.revoke(key.organization, key.id, start + 6)).toBe(false)
      expect(await setting.store.keys.authenticate(secret, start)).toBeUndefined()
      expect((await setting.store.keys.list(key.organization))[0]?.revokedAt).toBe(start + 5)
      expect(await setting.store.keys.list(other.id)).toEqual([])
    })
  })
}

function connectionTests(setting: Setting): void {
  describe('connections', () => {
    test('come back as they were given, settings decrypted', async () => {
      const tenant = await setting.tenant()
      const connection = await tenant.connection({ account: tenant.fresh('AC') })
      const kept = { ...connection, isDefault: true }
      expect(await setting.store.connections.get(tenant.id, connection.id)).toEqual(kept)
      expect(await setting.store.connections.find(connection.id)).toEqual(kept)
      expect(await setting.store.connections.findByAccount('twilio', connection.account!)).toEqual([kept])
      expect(await setting.store.connections.findByAccount('telnyx', connection.account!)).toEqual([])
    })

    test('change, and lose what an update leaves out', async () => {
      const tenant = await setting.tenant()
      const connection = await tenant.connection({ account: tenant.fresh('AC') })
      const { account: _, ...rest } = { ...connection, name: 'new', settings: { token: 'other' }, updatedAt: start + 1 }
      await setting.store.connections.update(rest)
      expect(await setting.store.connections.get(tenant.id, connection.id)).toEqual({ ...rest, isDefault: true })
    })

    test('keep how they were set up, until an update leaves it out', async () => {
      const tenant = await setting.tenant()
      const warnings = [{ code: 'carrier.credentials', message: 'Check the “auth token”.' }]
      const setUp = { at: start, address: 'https://voice.example.com/', notes: ['Made an application.'], warnings }
      const { isDefault: _, ...connection } = await tenant.connection({ setUp })
      const found = () => setting.store.connections.get(tenant.id, connection.id)
      expect(await found()).toEqual({ ...connection, isDefault: true })
      await setting.store.connections.update({ ...connection, isDefault: true, setUp: { ...setUp, warnings: [] } })
      expect((await found())?.setUp).toEqual({ ...setUp, warnings: [] })
      const { setUp: _gone, ...rest } = { ...connection, isDefault: true }
      await setting.store.connections.update(rest)
      expect(await found()).toEqual(rest)
    })

    test('refuse a name or an account that is taken, without telling by whom', async () => {
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const first = await a.connection({ account: a.fresh('AC') })
      await expect(a.connection({ name: first.name })).rejects.toMatchObject({ code: 'conflict' })
      const error = await b.connection({ account: first.account! }).catch((error: unknown) => error)
      expect(error).toMatchObject({ code: 'conflict' })
      expect(JSON.stringify([String(error), error])).not.toContain(a.id)
      await b.connection({ name: first.name })
    })

    test('of other kinds may share an account', async () => {
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const shared = { kind: 'llm', provider: 'openai', account: a.fresh('acct') } as const
      const made = [await a.connection(shared), await b.connection(shared)]
      const found = await setting.store.connections.findByAccount('openai', shared.account)
      expect(found.map(({ id }) => id).toSorted()).toEqual(made.map(({ id }) => id).toSorted())
    })

    test('that do not exist cannot be changed', async () => {
      const tenant = await setting.tenant()
      const connection = await tenant.connection()
      await expect(setting.store.connections.makeDefault(tenant.id, 'con_none')).rejects.toMatchObject({
        code: 'not-found',
      })
      const ghost = { ...connection, id: 'con_none' }
      await expect(setting.store.connections.update(ghost)).rejects.toMatchObject({ code: 'not-found' })
      await expect(tenant.connection({ organization: 'org_none' })).rejects.toMatchObject({ code: 'not-found' })
    })
  })
}

function defaultTests(setting: Setting): void {
  describe('default connections', () => {
    test('have one default per kind and provider: the first, until another is made it', async () => {
      const tenant = await setting.tenant()
      const [first, second, voice] = [
        await tenant.connection(),
        await tenant.connection(),
        await tenant.connection({ kind: 'tts', provider: 'cartesia' }),
      ]
      const theDefault = async (provider?: string) =>
        (await setting.store.connections.default(tenant.id, 'carrier', provider))?.id
      expect([await theDefault(), await theDefault('twilio')]).toEqual([first.id, first.id])
      await setting.store.connections.makeDefault(tenant.id, second.id)
      expect([await theDefault(), await theDefault('telnyx')]).toEqual([second.id, undefined])
      expect((await setting.store.connections.default(tenant.id, 'tts'))?.id).toBe(voice.id)
    })

    test('keep exactly one default when many are made it at once', async () => {
      const tenant = await setting.tenant()
      const made = await Promise.all(Array.from({ length: 8 }, () => tenant.connection()))
      await Promise.all(made.map(({ id }) => setting.store.connections.makeDefault(tenant.id, id)))
      const { items } = await setting.store.connections.list(tenant.id)
      expect(items.filter(({ isDefault }) => isDefault)).toHaveLength(1)
    })

    test('removed, take their numbers along and leave the default to the oldest', async () => {
      const tenant = await setting.tenant()
      const [first, second] = [await tenant.connection(), await tenant.connection()]
      const number = await tenant.number(first.id)
      expect(await setting.store.connections.remove(tenant.id, first.id)).toBe(true)
      expect(await setting.store.connections.remove(tenant.id, first.id)).toBe(false)
      expect(await setting.store.numbers.get(tenant.id, number.id)).toBeUndefined()
      expect((await setting.store.connections.default(tenant.id, 'carrier'))?.id).toBe(second.id)
    })
  })
}

function numberTests(setting: Setting): void {
  describe('numbers', () => {
    test('are found by connection and number, change, and go', async () => {
      const tenant = await setting.tenant()
      const [connection, agent] = [await tenant.connection(), await tenant.agent()]
      const number = await tenant.number(connection.id, { agent: agent.id, label: 'front desk', pointed: true })
      expect(await setting.store.numbers.find(connection.id, number.number)).toEqual(number)
      const { agent: _, label: __, pointed: ___, ...bare } = { ...number, display: '555', updatedAt: start }
      await setting.store.numbers.update(bare)
      expect(await setting.store.numbers.get(tenant.id, number.id)).toEqual(bare)
      expect(await setting.store.numbers.remove(tenant.id, number.id)).toBe(true)
      expect(await setting.store.numbers.find(connection.id, number.number)).toBeUndefined()
    })

    test('are unique per connection only', async () => {
      const tenant = await setting.tenant()
      const [one, two] = [await tenant.connection(), await tenant.connection()]
      const { number } = await tenant.number(one.id)
      await expect(tenant.number(one.id, { number })).rejects.toMatchObject({ code: 'conflict' })
      await tenant.number(two.id, { number })
    })

    test('lose an agent that is removed', async () => {
      const tenant = await setting.tenant()
      const [connection, agent] = [await tenant.connection(), await tenant.agent()]
      const number = await tenant.number(connection.id, { agent: agent.id })
      expect(await setting.store.agents.remove(tenant.id, agent.id)).toBe(true)
      expect(await setting.store.numbers.get(tenant.id, number.id)).not.toHaveProperty('agent')
    })
  })
}

function agentTests(setting: Setting): void {
  describe('agents', () => {
    test('come back as they were given, change, and go', async () => {
      const tenant = await setting.tenant()
      const agent = await tenant.agent()
      expect(await setting.store.agents.get(tenant.id, agent.id)).toEqual(agent)
      const changed = { ...agent, name: 'new', provider: 'local', settings: {}, updatedAt: start }
      await setting.store.agents.update(changed)
      expect(await setting.store.agents.list(tenant.id)).toEqual({ items: [changed] })
      expect(await setting.store.agents.remove(tenant.id, agent.id)).toBe(true)
      await expect(setting.store.agents.update(changed)).rejects.toMatchObject({ code: 'not-found' })
    })
  })
}

async function draw(setting: Setting) {
  const { id: organization } = await setting.tenant()
  const request = { organization, name: 'ci', scopes: ['calls:read', 'calls:write'], now: start } as const
  return createKey(setting.store.keys, seededIds(organization), request)
}
