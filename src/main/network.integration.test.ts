import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { Scope } from '../lib/scope.ts'
import { openNetwork } from './network.ts'

async function start() {
  const scope = new Scope('network')
  const asked: string[] = []
  let connections = 0
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end('ok')
  })
  server.on('connection', () => void connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  const network = openNetwork({ clock: realClock, ids: randomIds, scope, allowHosts: () => ['127.0.0.0/8'] })
  return { scope, url, network, asked, connections: () => connections }
}

test('a connection that was warmed is the one that is used', async () => {
  const { scope, url, network, asked, connections } = await start()
  await network.warm(`${url}/v1/chat?key=secret`)
  expect([asked, connections()]).toEqual([[], 1])
  const { signal } = scope
  const answer = await network.stream({ method: 'POST', url: `${url}/v1/chat`, headers: {}, body: '{}', signal })
  for await (const _ of answer.body);
  expect(asked).toEqual(['POST /v1/chat'])
  expect(connections()).toBe(1)
  await scope.close()
})

test('warming what is not there, or may not be reached, harms nobody', async () => {
  const { scope, network } = await start()
  for (const url of ['http://127.0.0.1:9/', 'http://169.254.169.254/', 'no address']) await network.warm(url)
  await scope.close()
})
