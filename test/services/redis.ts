/** A Redis server for tests, on a free loopback port. */
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import type { Scope } from '../../src/lib/scope.ts'
import { absent } from './need.ts'
import { ready, start } from './process.ts'

export interface RedisServer {
  readonly url: string
  /** Kills it and starts an empty one at the same address. */
  restart(): Promise<void>
  /** Kills it. */
  stop(): Promise<void>
}

const places = [
  '/usr/bin/redis-server',
  '/usr/bin/valkey-server',
  '/usr/local/bin/redis-server',
  '/opt/homebrew/bin/redis-server',
]

/** Undefined where there is none and its tests may be skipped. Ended with the scope. */
export async function startRedis(scope: Scope): Promise<RedisServer | undefined> {
  const binary = places.find((place) => existsSync(place))
  if (!binary) return absent('Redis', 'apt-get install redis-server')
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const launch = async () => {
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp']
    const server = start(scope, binary, args)
    await ready(server, 'redis', () => ping(url))
    return server
  }
  let server = await launch()
  const stop = () => server.end('SIGKILL')
  return {
    url,
    stop,
    async restart() {
      await stop()
      server = await launch()
    },
  }
}

async function ping(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  // `connect` rejects with the same.
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    await redis.ping()
  } finally {
    redis.disconnect()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address === 'object' && address) return address.port
  throw new Error('no free port')
}
