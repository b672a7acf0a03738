/** What holds for users, sessions and settings. */
import { describe, expect, test } from 'vitest'
import type { Role, User } from '../contract/people.ts'
import { start } from './fixtures.ts'
import type { Tenant } from './fixtures.ts'
import type { Setting } from './setting.ts'

export function consoleSuite(setting: Setting): void {
  userTests(setting)
  sessionTests(setting)
  settingsTests(setting)
}

async function addUser({ store }: Setting, tenant: Tenant, role: Role = 'owner', password?: string): Promise<User> {
  const id = tenant.fresh('usr')
  const user: User = {
    ...{ id, organization: tenant.id, email: `${id}@example.com`, name: `Name of ${id}`, role },
    createdAt: tenant.time(),
  }
  await store.users.create(user, password)
  return user
}

function userTests(setting: Setting): void {
  describe('users', () => {
    test('come back as they were given, oldest first, without their password', async () => {
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const [first, second] = [await addUser(setting, a, 'owner', 'scrypt$x'), await addUser(setting, a, 'viewer')]
      await addUser(setting, b)
      expect(await setting.store.users.list(a.id)).toEqual([first, second])
      expect(await setting.store.users.get(a.id, first.id)).toEqual(first)
      expect(await setting.store.users.get(b.id, first.id)).toBeUndefined()
      expect(await setting.store.users.credentials(first.email)).toEqual({ user: first, password: 'scrypt$x' })
      expect(await setting.store.users.credentials(second.email)).toEqual({ user: second })
      expect(await setting.store.users.credentials('nobody@example.com')).toBeUndefined()
      expect(await setting.store.users.count()).toBeGreaterThanOrEqual(3)
    })

    test('have an address that nobody else has, in any organization', async () => {
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const user = await addUser(setting, a)
      const again = { ...user, id: b.fresh('usr'), organization: b.id }
      await expect(setting.store.users.create(again)).rejects.toMatchObject({ code: 'conflict' })
    })

    test('change, and get another password', async () => {
      const tenant = await setting.tenant()
      const user = await addUser(setting, tenant)
      const changed: User = { ...user, name: 'New', email: `new-${user.email}` }
      expect(await setting.store.users.update(changed)).toBe(true)
      expect(await setting.store.users.setPassword(tenant.id, user.id, 'scrypt$y')).toBe(true)
      expect(await setting.store.users.credentials(changed.email)).toEqual({ user: changed, password: 'scrypt$y' })
      const ghost = { ...user, id: 'usr_none' }
      await expect(setting.store.users.update(ghost)).rejects.toMatchObject({ code: 'not-found' })
      expect(await setting.store.users.setPassword(tenant.id, 'usr_none', 'x')).toBe(false)
    })

    test('leave no organization without an owner, also when two go at once', async () => {
      const tenant = await setting.tenant()
      const { users } = setting.store
      const [one, two] = [await addUser(setting, tenant), await addUser(setting, tenant)]
      const viewer = await addUser(setting, tenant, 'viewer')
      const outcomes = await Promise.all([users.remove(tenant.id, one.id), users.remove(tenant.id, two.id)])
      expect(outcomes.toSorted()).toEqual(['last-owner', 'removed'])
      const [last] = await users.list(tenant.id)
      expect(await users.update({ ...last!, role: 'operator' })).toBe(false)
      expect(await users.remove(tenant.id, viewer.id)).toBe('removed')
      expect(await users.remove(tenant.id, viewer.id)).toBe('unknown')
      expect((await users.list(tenant.id)).map(({ role }) => role)).toEqual(['owner'])
    })
  })
}

function sessionTests(setting: Setting): void {
  describe('sessions', () => {
    test('are told by their secret, with who stands behind them now', async () => {
      const tenant = await setting.tenant()
      const { sessions, users } = setting.store
      const user = await addUser(setting, tenant)
      const secret = tenant.fresh('secret')
      const made = { ...{ id: tenant.fresh('ses'), organization: tenant.id, user: user.id }, createdAt: start }
      await sessions.create({ ...made, seenAt: start }, secret)
      const found = await sessions.authenticate(secret, start + 30_000, start)
      expect(found).toEqual({ kind: 'user', session: { ...made, seenAt: start }, user })
      expect(await sessions.authenticate(`${secret}x`, start, 0)).toBeUndefined()
      await users.update({ ...user, name: 'Renamed' })
      expect(await sessions.authenticate(secret, start, 0)).toMatchObject({ user: { name: 'Renamed' } })
    })

    test('are marked as seen once a minute, and so are their users; idle ones are none', async () => {
      const tenant = await setting.tenant()
      const { sessions, users } = setting.store
      const user = await addUser(setting, tenant)
      const [secret, id] = [tenant.fresh('secret'), tenant.fresh('ses')]
      const session = { id, organization: tenant.id, user: user.id, createdAt: start, seenAt: start }
      await sessions.create(session, secret)
      const later = start + 60_000
      expect((await sessions.authenticate(secret, later, 0))?.session.seenAt).toBe(later)
      expect((await users.get(tenant.id, user.id))?.lastSeenAt).toBe(later)
      expect(await sessions.authenticate(secret, later, later + 1)).toBeUndefined()
      expect([await sessions.standing(id, later), await sessions.standing(id, later + 1)]).toEqual([true, false])
    })

    test('end with their user, with their key, by themselves, and by age', async () => {
      const tenant = await setting.tenant()
      const { sessions, users, keys } = setting.store
      await addUser(setting, tenant)
      const user = await addUser(setting, tenant, 'viewer')
      const key = { id: tenant.fresh('key'), organization: tenant.id, name: 'k', prefix: 'ohk_' }
      await keys.create({ ...key, scopes: ['admin'], createdAt: start }, tenant.fresh('ohk'))
      const begin = async (owner: { user?: string; key?: string }) => {
        const id = tenant.fresh('ses')
        await sessions.create({ id, organization: tenant.id, ...owner, createdAt: start, seenAt: start }, id)
        return id
      }
      const good = async (id: string) => (await sessions.authenticate(id, start, 0))?.kind
      const [one, two, three] = [await begin({ user: user.id }), await begin({ user: user.id }), await begin({})]
      const byKey = await begin({ key: key.id })
      expect([await good(one), await good(byKey), await good(three)]).toEqual(['user', 'key', 'code'])
      expect(await sessions.removeOf(tenant.id, user.id, two)).toEqual([one])
      expect([await good(one), await good(two)]).toEqual([undefined, 'user'])
      await users.remove(tenant.id, user.id)
      expect(await good(two)).toBeUndefined()
      await keys.revoke(tenant.id, key.id, start)
      expect(await good(byKey)).toBeUndefined()
      expect([await sessions.remove(three), await sessions.remove(three)]).toEqual([true, false])
      const old = await begin({})
      expect(await sessions.sweep(start + 1)).toBeGreaterThanOrEqual(1)
      expect(await good(old)).toBeUndefined()
    })
  })
}

function settingsTests(setting: Setting): void {
  test('settings are one value for each organization, the last one', async () => {
    const [a, b] = [await setting.tenant(), await setting.tenant()]
    const value = (days: number) => ({
      retention: { recordingsDays: days, transcriptsDays: 0, callsDays: 0, wireDays: 0 },
      redaction: { numbers: true, transcripts: false, variables: false, recordings: false },
    })
    await setting.store.settings.put(a.id, value(1), start)
    await setting.store.settings.put(a.id, value(2), start)
    expect([await setting.store.settings.get(a.id), await setting.store.settings.get(b.id)]).toEqual([
      value(2),
      undefined,
    ])
  })
}
