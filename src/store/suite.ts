/** The store's contract as tests, to be run on every database. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scope } from '../lib/scope.ts'
import type { Store } from './contract.ts'
import { callSuite } from './suite/calls.ts'
import { configurationSuite } from './suite/configuration.ts'
import { consoleSuite } from './suite/console.ts'
import { tenants } from './suite/fixtures.ts'
import type { Tenant } from './suite/fixtures.ts'
import { isolationSuite } from './suite/isolation.ts'
import { jobSuite } from './suite/jobs.ts'
import { journalSuite } from './suite/journal.ts'
import { retentionSuite } from './suite/retention.ts'
import { webhookSuite } from './suite/webhooks.ts'

/** `open` gives an empty store, closed with the scope. */
export function storeSuite(name: string, open: (scope: Scope) => Promise<Store>): void {
  describe(`store: ${name}`, () => {
    const scope = new Scope(name)
    let store: Store
    let tenant: () => Promise<Tenant>
    beforeAll(async () => {
      store = await open(scope)
      tenant = tenants(store, name)
    })
    afterAll(() => scope.close())
    const setting = {
      get store() {
        return store
      },
      tenant: () => tenant(),
    }
    configurationSuite(setting)
    consoleSuite(setting)
    retentionSuite(setting)
    callSuite(setting)
    journalSuite(setting)
    webhookSuite(setting)
    jobSuite(setting)
    isolationSuite(setting)
    closingSuite(open)
  })
}

function closingSuite(open: (scope: Scope) => Promise<Store>): void {
  test('closing keeps what was asked before and refuses what comes after', async () => {
    await using scope = new Scope('closing')
    const store = await open(scope)
    const tenant = await tenants(store, 'closing')()
    const { id } = await tenant.call()
    const last = store.journal.append(tenant.entry(id, 1))
    const closing = store[Symbol.asyncDispose]()
    expect((await last).sequence).toBe(1)
    await closing
    await store[Symbol.asyncDispose]()
    const refused = { code: 'store.failed' }
    await expect(store.journal.append(tenant.entry(id, 2))).rejects.toMatchObject(refused)
    await expect(store.calls.find(id)).rejects.toMatchObject(refused)
  })
}
