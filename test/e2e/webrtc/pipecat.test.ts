/** Pipecat's own browser client, unchanged, completes a call: another's idea of the protocol, from another origin. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'vite'
import { expect, test } from 'vitest'
import { Scope } from '../../../src/lib/scope.ts'
import { webrtc } from '../../../src/providers/carriers/webrtc/webrtc.ts'
import { hasChromium, startChromium } from '../../services/chromium.ts'
import { openHouse } from '../gateway.ts'
import { until } from '../until.ts'

interface Told {
  readonly name: string
  readonly data?: unknown
}

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    root: import.meta.dirname,
    build: {
      write: false,
      minify: false,
      rollupOptions: { input: join(import.meta.dirname, 'pipecat-page.js'), output: { format: 'es' } },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (!output || !('output' in output)) throw new Error('nothing was built')
  const chunk = output.output.find((one) => one.type === 'chunk')
  if (!chunk) throw new Error('no script was built')
  return chunk.code
}

/** Any web site: an origin of its own. */
async function serve(scope: Scope, script: string): Promise<string> {
  const server = createServer((request, response) => {
    const asked = request.url === '/page.js'
    response.setHeader('content-type', asked ? 'text/javascript' : 'text/html')
    response.end(asked ? script : '<!doctype html><script type="module" src="/page.js"></script>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  scope.defer(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no address')
  return `http://127.0.0.1:${address.port}`
}

test.skipIf(!hasChromium())("Pipecat's client calls, talks, hears and hangs up", async () => {
  await using scope = new Scope('pipecat')
  const house = scope.use(await openHouse({ providers: { carriers: [webrtc] } }))
  const site = await serve(scope, await bundle())
  const settings = { agent: 'agt_echo', origins: site, stun: 'stun:127.0.0.1:9' }
  expect((await house.request('PUT', '/v1/connections/con_browser', { name: 'Browser', settings })).status).toBe(200)
  const agent = await house.agent()
  const granted = await house.request('POST', '/v1/grants', { agent: agent.id, variables: { plan: 'gold' } })
  expect(granted.status).toBe(201)
  const { grant } = (await granted.json()) as { grant: string }
  const browser = await startChromium(scope)
  const page = await (await browser.newContext({ permissions: ['microphone'] })).newPage()
  await page.goto(site)
  await page.waitForFunction('globalThis.pipecat')

  const told = () => page.evaluate<readonly Told[]>('JSON.parse(JSON.stringify(pipecat.told))')
  const hears = (name: string, fits: (data: Record<string, unknown>) => boolean = () => true) =>
    until(
      `${name} at the client`,
      async () => (await told()).find((one) => one.name === name && fits((one.data ?? {}) as Record<string, unknown>)), // any JSON
    )
  await page.evaluate(`pipecat.start(${JSON.stringify({ url: house.url, grant, body: { name: 'Ada' } })})`)
  await hears('bot-ready', ({ version }) => version === '2.1.0')

  const player = await house.studio.player(agent.key)
  expect(player.brief.variables).toEqual({ plan: 'gold', name: 'Ada' })
  player.say(8_000, 900)
  await hears('bot-started')
  await hears('track')
  await until('the tone in the page', async () => {
    const { hertz, level } = await page.evaluate<{ hertz: number; level: number }>('pipecat.hear()')
    return level > -40 && Math.abs(hertz - 900) < 15
  })
  await hears('bot-output', ({ text }) => text === '900 Hz')
  await page.evaluate(`pipecat.client.sendText('one more thing')`)
  await hears('user-transcript', ({ text, final }) => text === 'one more thing' && final === true)
  await until('the text at the agent', () => player.orders.some((order) => order.type === 'text'))

  const { items } = await house.gateway.store.calls.list('org_default', { limit: 1 })
  await page.evaluate('pipecat.client.disconnect()')
  const ended = await house.callWhen('the end', items[0]!.id, ({ status }) => status === 'completed')
  expect(ended).toMatchObject({ endReason: 'caller-hangup', carrier: 'webrtc' })
  expect((await told()).filter(({ name }) => name === 'error')).toEqual([])
  // A grant is good for one call.
  await expect(page.evaluate(`pipecat.start(${JSON.stringify({ url: house.url, grant })})`)).rejects.toBeDefined()
})
