/** Pictures of every page, light, dark and narrow, into `docs/screens`: `npm run screens`. Look at them: they are not compared with anything. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { Scope } from '../../src/lib/scope.ts'
import type { House } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'
import { startChromium } from '../services/chromium.ts'
import { manyCalls } from './furnish.ts'
import { openConsole, openVisitor, type Visitor } from './visitor.ts'

const folder = 'docs/screens'
/** Nobody waits for these, and the machine may be busy, ms. */
const patience = 180_000
const looks = [
  { look: 'light', options: {} },
  { look: 'dark', options: { dark: true } },
  { look: 'narrow', options: { narrow: true } },
]

/** WebP, which Chromium writes only over its own protocol. */
async function keep(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 })
  await session.detach()
  await writeFile(`${folder}/${name}.webp`, Buffer.from(data, 'base64'))
}

/** A call with words, sound and wire messages: somebody books a table. */
async function spokenCall(house: House): Promise<string> {
  const script = ['A table for two on Friday at seven, please.', 'Miller.', 'Yes, that is right.'].map((say) => ({
    say,
  }))
  const { data, error } = await house.client.POST('/v1/simulators/{carrier}/calls', {
    params: { path: { carrier: 'twilio' } },
    body: { from: '+14155550123', script, stayOnLine: false },
  })
  if (!data) throw new Error(`no simulated call: ${JSON.stringify(error)}`)
  await house.callWhen('the end', data.call, ({ endedAt }) => endedAt !== null, patience)
  return data.call
}

async function furnish(house: House): Promise<string> {
  await house.client.POST('/v1/users', {
    body: { name: 'Ada Lovelace', email: 'ada@example.com', role: 'owner', password: 'analytical engine' },
  })
  await house.client.POST('/v1/users', { body: { name: 'Grace Hopper', email: 'grace@example.com', role: 'operator' } })
  await house.client.POST('/v1/keys', { body: { name: 'Booking server', scopes: ['calls:read', 'calls:write'] } })
  await house.client.POST('/v1/webhooks', {
    body: { url: 'https://crm.example.com/hooks/offhook', events: ['call.ended', 'message.added'], enabled: true },
  })
  await manyCalls(house, 60)
  return spokenCall(house)
}

/** A carrier and a number, so that Home shows what is going on instead of the first steps. */
async function connect(house: House): Promise<void> {
  const settings = { accountSid: `AC${'5'.repeat(32)}`, authToken: '0123456789abcdef0123456789abcdef' }
  const { data } = await house.client.POST('/v1/connections', {
    body: { provider: 'twilio', kind: 'carrier', name: 'Twilio, main account', settings },
  })
  const body = {
    connection: data?.id ?? '',
    number: '+14155550199',
    agent: 'agt_receptionist',
    label: 'Front desk',
    point: false,
  }
  await house.client.POST('/v1/numbers', { body })
}

async function talk({ page, open }: Visitor): Promise<void> {
  await open('/phone')
  await page.getByRole('button', { name: 'Call', exact: true }).click()
  await page
    .getByText(/thank you for calling/i)
    .first()
    .waitFor()
}

async function main(scope: Scope): Promise<void> {
  await import('../../tools/build-console.ts')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const house = scope.use(await openConsole({ values: { OFFHOOK_RECORD: 'on' } }))
  const browser = await startChromium(scope)

  const visitors = await Promise.all(
    looks.map(async ({ look, options }) => {
      const visitor = await openVisitor(scope, browser, house, options)
      visitor.page.setDefaultTimeout(patience)
      return { look, visitor }
    }),
  )
  const everywhere = async (name: string, path: string, prepare?: (page: Page) => Promise<unknown>) => {
    for (const { look, visitor } of visitors) {
      await visitor.open(path)
      await prepare?.(visitor.page)
      await keep(visitor.page, `${name}-${look}`)
    }
  }
  for (const { look, options } of looks) {
    const stranger = await openVisitor(scope, browser, house, { ...options, key: null })
    await stranger.open('/sign-in')
    await keep(stranger.page, `sign-in-${look}`)
  }
  await everywhere('first-steps', '/')
  const call = await furnish(house)
  await connect(house)
  for (const to of ['+15550100042', '+15550100077', '+15550100018'])
    await house.client.POST('/v1/calls', {
      body: { to, from: '+15550100001', connection: 'con_simulated', agent: 'agt_echo' },
    })
  await until('running calls', async () => (await house.client.GET('/v1/overview')).data?.live === 3, patience)

  await everywhere('home', '/')
  await everywhere('calls', '/calls')
  await everywhere('call', `/calls/${call}`, (page) => page.getByRole('tab').first().waitFor())
  await everywhere('call-wire', `/calls/${call}?tab=wire`)
  await everywhere('live', '/live', (page) => page.getByText('+1 555 010 0042').first().waitFor())
  await everywhere('simulate', '/simulate')
  await everywhere('agents', '/agents')
  await everywhere('agent', '/agents/agt_receptionist')
  await everywhere('numbers', '/numbers')
  await everywhere('connect', '/connections/new?kind=carrier&provider=twilio')
  await everywhere('connections', '/connections')
  for (const tab of ['keys', 'people', 'webhooks', 'dialing', 'prices', 'privacy'])
    await everywhere(`settings-${tab}`, `/settings?tab=${tab}`)
  for (const { look, visitor } of visitors) {
    await talk(visitor)
    await keep(visitor.page, `phone-${look}`)
    await visitor.open('/agents')
  }
}

const scope = new Scope('screens')
try {
  await main(scope)
} finally {
  await scope.close()
}
