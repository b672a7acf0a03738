import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLogger } from '../lib/log.ts'
import { consoleRoutes } from './console.ts'
import { answerFailure } from './failures.ts'

let root: string
let built: FastifyInstance
let unbuilt: FastifyInstance

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'offhook-console-'))
  await mkdir(join(root, 'dist/assets'), { recursive: true })
  await writeFile(join(root, 'secret.txt'), 'secret')
  await writeFile(join(root, 'dist/index.html'), '<!doctype html><title>Console</title>')
  await writeFile(join(root, 'dist/favicon.svg'), '<svg/>')
  await writeFile(join(root, 'dist/assets/main-a1b2.js'), 'console.log(1)')
  built = await serve(join(root, 'dist'))
  unbuilt = await serve(join(root, 'nothing'))
})
afterAll(async () => {
  await Promise.all([built.close(), unbuilt.close()])
  await rm(root, { recursive: true })
})

async function serve(folder: string): Promise<FastifyInstance> {
  const app = fastify()
  app.setErrorHandler((error, request, reply) => answerFailure(silentLogger, error, request, reply))
  app.get('/v1/calls', () => 'calls')
  await app.register(consoleRoutes, { folder })
  await app.ready()
  return app
}

const page = (url: string, accept = 'text/html,*/*') => built.inject({ url, headers: { accept } })

describe('the console', () => {
  test.each(['/', '/calls', '/calls/call_x?tab=wire', '/settings/users', '/v1things'])(
    'is given at %s, never kept, and may run scripts of its own alone',
    async (url) => {
      const { statusCode, headers, body } = await page(url)
      expect([statusCode, body]).toEqual([200, '<!doctype html><title>Console</title>'])
      expect(headers['cache-control']).toBe('no-cache')
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(headers['x-content-type-options']).toBe('nosniff')
    },
  )

  test.each([
    ['/v1', 'text/html'],
    ['/v1/nothing', 'text/html'],
    ['/carriers/x/voice', 'text/html'],
    ['/media/token', 'text/html'],
    ['/api/offer', 'text/html'],
    ['/docs/nothing', 'text/html'],
    ['/assets/old-c3d4.js', 'text/html'],
    ['/calls', 'application/json'],
    ['/calls', '*/*'],
    ['/../secret.txt', '*/*'],
    ['/assets/..%2f..%2fsecret.txt', '*/*'],
    ['/%2e%2e/secret.txt', '*/*'],
    ['/assets/', '*/*'],
  ])('is not at %s for who accepts %s', async (url, accept) => {
    const { statusCode, body } = await page(url, accept)
    expect([statusCode, body.includes('not-found'), body.includes('secret')]).toEqual([
      404,
      true,
      url.includes('secret'),
    ])
    expect(body).not.toBe('secret')
  })

  test('is given at the front to whoever asks, and hides nothing else', async () => {
    expect((await page('/', '*/*')).statusCode).toBe(200)
    expect((await page('/v1/calls')).body).toBe('calls')
    expect((await built.inject({ method: 'POST', url: '/calls', headers: { accept: 'text/html' } })).statusCode).toBe(
      404,
    )
  })

  test('has assets that are kept for ever, and files beside them that are not', async () => {
    const script = await page('/assets/main-a1b2.js')
    expect([script.statusCode, script.headers['cache-control'], script.headers['content-type']]).toEqual([
      ...[200, 'public, max-age=31536000, immutable'],
      expect.stringContaining('javascript'),
    ])
    const icon = await page('/favicon.svg')
    expect([icon.statusCode, icon.headers['cache-control']]).toEqual([200, 'public, max-age=3600'])
  })

  test('that is not built says how to build it', async () => {
    const answer = await unbuilt.inject({ url: '/', headers: { accept: 'text/html' } })
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('npm run build:console')
  })
})
