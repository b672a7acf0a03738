/** A simulated call from the console, followed to its end, and its own page: words, timeline, sound, wire, and why it was silent. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { startSip, startSipPhone } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import { readWav } from '../../src/media/wav.ts'
import type { CallShown, House } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { barriers, openConsole, openVisitor, overflow, type Visitor } from './visitor.ts'

describe.skipIf(!hasChromium())('the simulated phone', () => {
  const scope = new Scope('simulated phone')
  let house: House
  let browser: Browser
  let visitor: Visitor
  beforeAll(async () => {
    const values = { OFFHOOK_VAD: 'auto', OFFHOOK_RECORD: 'on' }
    const options = { values: { OFFHOOK_SIP_LISTEN: 'udp://127.0.0.1:0' } }
    house = scope.use(await openConsole({ values, options }))
    browser = await startChromium(scope)
    visitor = await openVisitor(scope, browser, house)
  })
  afterAll(() => scope.close())

  const newest = async (): Promise<CallShown> =>
    until('the call', async () => (await house.client.GET('/v1/calls', {})).data?.items[0])
  const start = () => visitor.page.getByRole('button', { name: 'Start the call' }).click()

  test('does what it is asked, in the order that the keys gave it, and more while it runs', async () => {
    const { page } = visitor
    await visitor.open('/simulate')
    await page.getByRole('button', { name: 'Keys', exact: true }).click()
    await page.getByLabel('Number 2: keys').fill('7')
    await page.getByRole('button', { name: /^Move number 2/ }).press('ArrowUp')
    await page.getByText('keys 7 is now number 1 of 2').waitFor()
    await page.getByText('Stay on the line afterwards').click()
    await start()
    // The first of what passes; later ones push it out of sight.
    const wire = page.getByRole('list', { name: 'Wire messages' })
    await wire
      .getByText(/POST .*voice/)
      .first()
      .waitFor()
    const words = page.getByRole('list', { name: 'Transcript' })
    await words.getByText('7', { exact: true }).waitFor({ timeout: 30_000 })
    await words.getByText(/open/).first().waitFor({ timeout: 30_000 })
    // Both sides are heard: the page asked for them by itself.
    await page.getByRole('button', { name: 'Stop listening' }).waitFor()
    await page.getByRole('slider', { name: 'Volume of the agent' }).fill('0.5')
    await page.getByLabel('What the caller says next').fill('Do you have parking?')
    await page.getByRole('button', { name: 'Say it' }).click()
    await words.getByText(/parking/i).waitFor({ timeout: 40_000 })
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'Caller hangs up' }).click()
    await page.getByRole('link', { name: 'Everything about this call' }).click({ timeout: 40_000 })
    await page.waitForURL(/\/calls\/call_/)
    expect(visitor.complaints).toEqual([])
  }, 150_000)

  test('the call’s page shows what happened, and its address leads to a moment', async () => {
    const { page } = visitor
    const call = await newest()
    await visitor.open(`/calls/${call.id}`)
    const words = page.getByRole('list', { name: 'Transcript' })
    await words.getByText('7', { exact: true }).waitFor()
    const position = page.getByRole('slider', { name: 'Position in the recording' })
    await position.waitFor()
    const line = words.getByRole('listitem').filter({ hasText: /open/ }).first()
    await line.getByRole('button', { name: /^Go to/ }).click()
    await expect.poll(() => line.getAttribute('aria-current')).toBe('true')
    const at = Number(await position.getAttribute('aria-valuenow'))
    expect(at).toBeGreaterThan(1_000)
    await page.waitForURL((url) => Math.abs(Number(url.searchParams.get('at')) - at) < 200)
    await page.getByRole('button', { name: 'Play the recording' }).click()
    await expect.poll(async () => Number(await position.getAttribute('aria-valuenow'))).toBeGreaterThan(at + 300)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.waitForURL((url) => Number(url.searchParams.get('at')) > at + 200)
    await page.reload()
    await expect.poll(async () => Number(await position.getAttribute('aria-valuenow'))).toBeGreaterThan(at)
    // wavesurfer was loaded, and drew both sides.
    await expect.poll(() => page.evaluate(canvases)).toBeGreaterThanOrEqual(2)
    for (const [tab, shown] of [
      ['Timeline', 'Sound is open'],
      ['Timings', 'Median answer'],
      ['Wire', 'Sound is counted, not listed'],
      ['Details', 'Carrier’s id'],
    ] as const) {
      await page.getByRole('tab', { name: tab }).click()
      await page.getByText(shown, { exact: false }).first().waitFor()
      expect(new URL(page.url()).searchParams.get('tab')).toBe(tab.toLowerCase())
      expect(await barriers(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
    }
    expect(visitor.complaints).toEqual([])
  }, 90_000)

  test('a message of the wire opens, is found by its words, and tells no secret', async () => {
    const { page } = visitor
    const call = await newest()
    await visitor.open(`/calls/${call.id}?tab=wire`)
    const wire = page.getByRole('list', { name: 'Wire messages' })
    const all = await wire.getByRole('listitem').count()
    await page.getByLabel('Find in messages').fill('CallSid')
    await expect.poll(() => wire.getByRole('listitem').count()).toBeLessThan(all)
    await wire.getByRole('button', { expanded: false }).first().click()
    await wire.getByText(`CallSid: ${call.ref}`).waitFor()
    await page.getByLabel('Find in messages').fill('no such words')
    await page.getByText('No message holds these words').waitFor()
    const connections = await house.gateway.store.connections.list(call.ref ? 'org_default' : '', { limit: 50 })
    const token = connections.items.find(({ id }) => id === call.connection)?.settings['authToken']
    const messages = await house.request('GET', `/v1/calls/${call.id}/wire`)
    expect(String(token).length).toBeGreaterThan(10)
    expect(await messages.text()).not.toContain(String(token))
  })

  test('the recording can be had whole and in parts', async () => {
    const call = await newest()
    const path = `/v1/calls/${call.id}/recording`
    const whole = Buffer.from(await (await house.request('GET', path)).arrayBuffer())
    expect(readWav(whole).channels).toHaveLength(2)
    const part = await house.request('GET', path, undefined, { range: 'bytes=44-143' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 44-143/${whole.length}`])
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(44, 144))
    const beyond = await house.request('GET', path, undefined, { range: `bytes=${whole.length}-` })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`])
  })

  test('a socket that breaks for good is said on the call’s page, and where', async () => {
    const { page } = visitor
    await visitor.open('/simulate')
    await page.getByText('What goes wrong').click()
    await page.getByLabel('The media socket breaks after, ms').fill('3000')
    await page.getByText('1 set').waitFor()
    await start()
    const before = await newest()
    await page.getByRole('link', { name: 'Everything about this call' }).waitFor({ timeout: 60_000 })
    await expect
      .poll(() => page.getByRole('region', { name: 'What went wrong' }).innerText())
      .toMatch(/media connection broke/)
    expect(before.id).toBeTruthy()
  }, 90_000)

  test('what is wrong with the script is said before anybody is called; scenarios are kept', async () => {
    const { page } = visitor
    const calls = (await house.client.GET('/v1/calls', {})).data?.items.length
    await visitor.open('/simulate')
    await page.getByLabel('Number 1: words').fill('')
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByLabel('Number 2: seconds').fill('long')
    await start()
    await page.getByText('Write what the caller says').waitFor()
    await page.getByText('Seconds from 0 to 60.').waitFor()
    expect((await house.client.GET('/v1/calls', {})).data?.items.length).toBe(calls)
    await page.getByLabel('Number 1: words').fill('A table for two')
    await page.getByRole('button', { name: 'Remove number 2' }).click()
    await page.getByRole('button', { name: 'Scenarios' }).click()
    await page.getByRole('menuitem', { name: 'Keep this one…' }).click()
    await page.getByLabel('Name').fill('Booking')
    await page.getByRole('button', { name: 'Keep it' }).click()
    await visitor.open('/simulate')
    await page.getByRole('button', { name: 'Scenarios' }).click()
    await page.getByRole('menuitem', { name: 'Booking', exact: true }).click()
    await expect.poll(() => page.getByLabel('Number 1: words').inputValue()).toBe('A table for two')
  })

  test('a call through a SIP trunk is drawn as a ladder, with how it sounded, and its packets can be had', async () => {
    const { page } = visitor
    visitor.complaints.length = 0
    await visitor.open('/simulate')
    await page.getByRole('combobox', { name: 'Carrier', exact: true }).click()
    await page.getByRole('option', { name: 'SIP trunk' }).click()
    await page.getByLabel('Number 1: words').fill('Hello?')
    await start()
    const ladder = page.getByRole('list', { name: 'SIP ladder' })
    await ladder.getByRole('button', { name: /^INVITE SDP\s+from the peer\s+udp 127\.0\.0\.1:\d+$/ }).waitFor()
    await page.getByRole('link', { name: 'Everything about this call' }).click({ timeout: 60_000 })
    const figures = page.getByRole('region', { name: 'Sound on the line' })
    await figures.getByText('G.711 µ-law').waitFor()
    expect(await figures.innerText()).toMatch(/MOS\s+4\.\d\s*good[^]*Loss\s+0 %[^]*Jitter[^]*Encrypted\s+No/)
    await page.getByRole('tab', { name: 'Wire' }).click()
    const answer = ladder.getByRole('button', { name: /^200 OK\s+INVITE SDP\s+to the peer/ })
    await answer.press('Enter')
    await ladder.getByLabel('Body').getByText('m=audio').waitFor()
    await ladder.getByRole('button', { name: /^200 OK\s+BYE/ }).waitFor()
    expect(await barriers(page)).toEqual([])
    const file = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Packets (pcap)' }).click()
    const packets = await readFile(await (await file).path())
    expect([packets.readUInt32BE(0).toString(16), packets.includes('INVITE sip:')]).toEqual(['a1b2c3d4', true])
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await barriers(page, ['color-contrast'])).toEqual([])
    expect(await overflow(page)).toBe(0)
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.getByRole('button', { name: 'Messages', exact: true }).click()
    await page.getByLabel('Find in messages').fill('telephone-event')
    await page
      .getByRole('list', { name: 'Wire messages' })
      .getByText(/^INVITE/)
      .waitFor()
    expect(visitor.complaints).toEqual([])
  }, 120_000)

  test('a trunk’s page says live whether it is registered, which telephones are, and who was turned away', async () => {
    const { page } = visitor
    const door = await until('a door', () => house.gateway.engine.listeners.get('sip')?.doors?.[0])
    const own = { clock: realClock, ids: randomIds, scope }
    const exchange = await startSip(own)
    const settings = {
      ...{ host: `127.0.0.1:${exchange.at.port}`, username: 'offhook', password: 'simulated', register: true },
      ...{ extensions: '101 long-and-unguessable', probe: 60 },
    }
    const { data } = await house.client.POST('/v1/connections', {
      body: { kind: 'carrier', provider: 'sip', name: 'House exchange', settings },
    })
    await visitor.open(`/connections/${data?.id}`)
    await page.getByText(/^Registered as sip:/).waitFor()
    await page.getByText('Answers', { exact: true }).waitFor()
    await page.getByText('0 of 1 registered here').waitFor()
    await page.getByText('Nobody was turned away.').waitFor()
    expect(await barriers(page)).toEqual([])
    // At an address that is no trunk's.
    const desk = { ...own, host: '127.0.0.4', server: `${door.host}:${door.port}`, username: '101' }
    await (await startSipPhone({ ...desk, password: 'wrong-and-wrong' })).register()
    const away = page.getByRole('list', { name: 'Turned away' })
    await away.getByText('127.0.0.4 showed no right password for "101".', { exact: false }).waitFor()
    await away.getByText('Check the name and the password in the telephone', { exact: false }).waitFor()
    const phone = await startSipPhone({ ...desk, password: 'long-and-unguessable' })
    expect(await phone.register()).toBe(200)
    await page.getByText('1 of 1 registered here').waitFor()
    await page
      .getByRole('list', { name: 'Extensions' })
      .getByText(/udp 127\.0\.0\.4:/)
      .waitFor()
    expect(await barriers(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await overflow(page)).toBe(0)
    await page.setViewportSize({ width: 1280, height: 800 })
    await phone.unregister()
    await page.getByText('0 of 1 registered here').waitFor()
  }, 60_000)

  test('a call is live on its page and among the live calls, and is hung up from there', async () => {
    const { page } = visitor
    const { response } = await house.client.POST('/v1/simulators/{carrier}/calls', {
      params: { path: { carrier: 'twilio' } },
      body: { script: [], stayOnLine: true },
    })
    expect(response.status).toBe(202)
    await visitor.open('/live')
    const row = page.getByRole('row').nth(1)
    await row.getByText(/Listening|Speaking/).waitFor({ timeout: 20_000 })
    const { id } = await newest()
    await row.getByRole('link').first().click()
    await page.waitForURL(`**/calls/${id}`)
    await page.getByRole('list', { name: 'Transcript' }).getByText(/Hello/).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Hang up' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Hang up' }).click()
    await page.getByText('hung up by the API or the console').waitFor({ timeout: 20_000 })
    await page.getByRole('slider', { name: 'Position in the recording' }).waitFor()
    expect(await house.callWhen('the end', id, ({ endedAt }) => endedAt !== null)).toMatchObject({
      endReason: 'api-hangup',
    })
  }, 90_000)
})

/** wavesurfer draws inside shadow roots. */
const canvases = `[...document.querySelectorAll('*')].reduce((sum, one) => sum + (one.shadowRoot?.querySelectorAll('canvas').length ?? 0), 0)`
