/** All records over one database. */
import type { Jobs } from '../contract/jobs.ts'
import type { Database } from '../database.ts'
import type { Secrets } from '../secrets.ts'
import type { Records } from '../surface.ts'
import { agents } from './agents.ts'
import { calls } from './calls.ts'
import { connections } from './connections.ts'
import { deliveries } from './deliveries.ts'
import { houseSettings } from './house.ts'
import { journal } from './journal.ts'
import { keys } from './keys.ts'
import { numbers } from './numbers.ts'
import { organizations } from './organizations.ts'
import { retention } from './retention.ts'
import { sessions } from './sessions.ts'
import { subscriptions } from './subscriptions.ts'
import { messages, metrics } from './transcript.ts'
import { users } from './users.ts'
import { wire } from './wire.ts'

export function openRecords(database: Database, secrets: Secrets, jobs: Jobs): Records {
  return {
    organizations: organizations(database),
    keys: keys(database),
    users: users(database),
    sessions: sessions(database),
    settings: houseSettings(database),
    wire: wire(database),
    retention: retention(database),
    connections: connections(database, secrets),
    numbers: numbers(database),
    agents: agents(database, secrets),
    calls: calls(database),
    journal: journal(database),
    messages: messages(database),
    metrics: metrics(database),
    subscriptions: subscriptions(database, secrets),
    deliveries: deliveries(database),
    jobs,
  }
}
