/** A process that appends to an embedded store and says what was acknowledged, until it is killed: `node appender.ts <folder> <call>`. */
import { realClock } from '../../lib/clock.ts'
import { randomIds } from '../../lib/ids.ts'
import { createLogger } from '../../lib/log.ts'
import { Scope } from '../../lib/scope.ts'
import { openStore } from '../open.ts'
import { tenants } from './fixtures.ts'

const [, , dataDir = '', seed = ''] = process.argv
const logger = createLogger({ level: 'silent' })
const store = await openStore({ dataDir, clock: realClock, ids: randomIds, logger, scope: new Scope('appender') })
const tenant = await tenants(store, seed)()
const { id } = await tenant.call()
for (let sequence = 1; ; sequence++) {
  const message = { id: `msg_${sequence}`, call: id, role: 'caller', text: 'words', at: sequence } as const
  const appended = store.journal.append(tenant.entry(id, sequence, { message }))
  void appended.then(() => process.stdout.write(`${id} ${sequence}\n`))
  // Several under way at once, as on a busy day.
  if (sequence % 8 === 0) await appended
}
