/** What each part of the store's suite is given. */
import type { Store } from '../contract.ts'
import type { Tenant } from './fixtures.ts'

export interface Setting {
  /** Opened before the tests run. */
  readonly store: Store
  /** A new organization. */
  tenant(): Promise<Tenant>
}
