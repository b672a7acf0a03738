import { afterAll, describe, expect, test } from 'vitest'
import { startRedis } from '../../../test/services/redis.ts'
import { realClock } from '../../lib/clock.ts'
import { randomIds } from '../../lib/ids.ts'
import { createLogger } from '../../lib/log.ts'
import { Scope } from '../../lib/scope.ts'
import { coordinationSuite } from './contract.ts'
import { RedisCoordination } from './redis.ts'

const server = new Scope('server')
const redis = await startRedis(server)
afterAll(() => server.close())

function connect(scope: Scope, lines: string[] = [], timeout = 3000): RedisCoordination {
  const destination = { write: (line: string) => lines.push(line) }
  const logger = createLogger({ level: 'info', destination })
  return scope.use(new RedisCoordination({ url: redis!.url, clock: realClock, ids: randomIds, logger, timeout }))
}

describe.skipIf(!redis)('Redis', () => {
  coordinationSuite('redis', async (scope) => ({
    here: connect(scope),
    there: connect(scope),
    wait: (duration) => realClock.sleep(duration),
  }))

  test('comes back after a restart, subscriptions included', async () => {
    await using scope = new Scope('restart')
    const lines: string[] = []
    const coordination = connect(scope, lines)
    const heard = Promise.withResolvers<string>()
    await coordination.subscribe('news', heard.resolve)
    await redis!.restart()
    expect(await coordination.claim('after', 'x', 1000)).toBe(true)
    const repeat = async () => {
      while (!scope.closed) {
        await coordination.publish('news', 'hello').catch(() => undefined)
        await realClock.sleep(50)
      }
    }
    const repeating = repeat()
    expect(await heard.promise).toBe('hello')
    await scope.close()
    await repeating
    expect(lines.filter((line) => line.includes('out of reach')).length).toBeLessThanOrEqual(2)
  })

  test('says so in time when there is none', async () => {
    await using scope = new Scope('stopped')
    await redis!.stop()
    const coordination = connect(scope, [], 200)
    await expect(coordination.get('key')).rejects.toMatchObject({ code: 'store.failed', retry: true })
    await redis!.restart()
    await expect.poll(() => coordination.get('key').catch(() => 'not yet'), { timeout: 5000 }).toBeUndefined()
  })
})
