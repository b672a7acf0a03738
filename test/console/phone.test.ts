/** The browser phone of the console: a person talks to the local agent, interrupts it, presses keys, and is told what is wrong. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { Scope } from '../../src/lib/scope.ts'
import type { CallShown, House } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { energyOf, listenIn, microphoneInPage, microphoneOf, say, silenceOf } from './speaker.ts'
import { barriers, openConsole, openVisitor, type Visitor } from './visitor.ts'

const greeting =
  'Good evening and welcome to the house by the harbour. We are glad that you call. Please tell us what we can do for you today, and take your time.'
/** More than the noise of a codec in silence, over the page's own count. */
const audible = 1e-4

describe.skipIf(!hasChromium())('the browser phone', () => {
  const scope = new Scope('browser phone')
  let house: House
  let browser: Browser
  let question: string
  let long: string
  beforeAll(async () => {
    house = scope.use(await openConsole({ values: { OFFHOOK_VAD: 'auto' } }))
    question = await microphoneOf(scope, 9_000, 'I would like a table for four on Friday at eight.', 90_000)
    browser = await startChromium(scope, { microphone: question })
    const settings = { greeting, idleTimeout: 0 }
    const { data } = await house.client.POST('/v1/agents', { body: { name: 'Host', provider: 'local', settings } })
    long = data!.id
  }, 120_000)
  afterAll(() => scope.close())

  const visit = async (agent: string, prepare?: (visitor: Visitor) => Promise<void>): Promise<Visitor> => {
    const visitor = await openVisitor(scope, browser, house)
    await listenIn(visitor.page)
    await prepare?.(visitor)
    await visitor.open(`/phone?agent=${agent}`)
    return visitor
  }
  const script = (text: string) => (visitor: Visitor) => visitor.page.addInitScript(text).then(() => undefined)
  const dial = ({ page }: Visitor) => page.getByRole('button', { name: 'Call', exact: true }).click()
  const hangUp = ({ page }: Visitor) => page.getByRole('button', { name: 'Hang up' }).click()
  const heardIn = ({ page }: Visitor, more = audible) =>
    until('the agent in the page', async () => (await energyOf(page)) > more, 30_000)
  const newest = async (): Promise<CallShown> =>
    until('the call', async () => (await house.client.GET('/v1/calls', {})).data?.items[0])
  const events = async (id: string, type: string) =>
    (await house.events(id)).filter(({ event }) => event.type === type).map(({ event }) => event)

  test('who speaks into the microphone is understood, hears the answer, and reads all of it', async () => {
    const visitor = await visit('agt_receptionist')
    const { page } = visitor
    await dial(visitor)
    await heardIn(visitor)
    const log = page.getByRole('log')
    await log
      .getByText(/table for (four|4)/i)
      .first()
      .waitFor({ timeout: 50_000 })
    const before = await energyOf(page)
    await log.getByText(/Agent/).nth(1).waitFor({ timeout: 40_000 })
    expect(await log.innerText()).not.toContain('did not understand')
    await heardIn(visitor, before + audible)
    // The last answer's timings come with the journal.
    await page.getByText('Turn 1').waitFor()
    expect(await barriers(page)).toEqual([])
    await hangUp(visitor)
    await page.getByText('Call ended').waitFor()
    const { id } = await newest()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
    expect(visitor.complaints).toEqual([])
  }, 150_000)

  test('who speaks while the agent speaks is let speak', async () => {
    const visitor = await visit(long, ({ page }) => microphoneInPage(page))
    const { page } = visitor
    await dial(visitor)
    await heardIn(visitor)
    const log = page.getByRole('log')
    await log.getByText('take your time').waitFor() // all of it is written, little of it was said
    await say(page, await microphoneOf(scope, 'What are your opening hours?', 3_000))
    await log.getByText('Interrupted').waitFor({ timeout: 20_000 })
    const { id } = await newest()
    const [cut] = await events(id, 'agent.interrupted')
    expect(Number(cut?.['heardMs'])).toBeGreaterThan(0)
    await log.getByText(/Agent/).nth(1).waitFor({ timeout: 40_000 })
    // What was cut off was never heard, and is not in the transcript.
    expect(await log.innerText()).not.toContain('take your time')
    await hangUp(visitor)
    expect(visitor.complaints).toEqual([])
  }, 120_000)

  test('a press on Interrupt quiets the agent; keys arrive; a muted microphone sends nothing', async () => {
    const visitor = await visit(long, ({ page }) => microphoneInPage(page))
    const { page } = visitor
    await dial(visitor)
    await heardIn(visitor)
    await page.getByRole('button', { name: 'Interrupt' }).click()
    await silenceOf(page, 700)
    const { id } = await newest()
    await until('the interruption', async () => (await events(id, 'agent.interrupted')).length === 1)
    await page.getByRole('button', { name: 'Keypad' }).click()
    await page.getByRole('button', { name: 'hash' }).click()
    await page.keyboard.press('5')
    await until('the keys', async () => (await events(id, 'digit.received')).length === 2)
    expect((await events(id, 'digit.received')).map((event) => event['digit'])).toEqual(['#', '5'])
    await page.getByRole('button', { name: 'Mute' }).click()
    await page.getByRole('button', { name: 'Unmute' }).waitFor()
    expect(await page.evaluate('window.peer.getSenders().every(({ track }) => !track?.enabled)')).toBe(true)
    // From the other side: the page is told why it is over.
    await house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id } } })
    await page.getByText('The other side hung up.').waitFor()
    await page.getByRole('button', { name: 'Call again' }).waitFor()
    expect(visitor.complaints).toEqual([])
  }, 90_000)

  test('a connection that is lost is made anew, and the call goes on', async () => {
    const visitor = await visit(long, ({ page }) => microphoneInPage(page))
    const { page } = visitor
    await dial(visitor)
    await heardIn(visitor)
    const { id } = await newest()
    // As the browser tells it of a laptop that changed its network.
    await page.evaluate(`(() => {
      Object.defineProperty(window.peer, 'iceConnectionState', { value: 'failed' })
      window.peer.dispatchEvent(new Event('iceconnectionstatechange'))
    })()`)
    await until(
      'a second connection of the same call',
      async () => (await events(id, 'media.opened')).length === 2,
      30_000,
    )
    await page.getByRole('button', { name: 'Mute' }).and(page.locator(':enabled')).waitFor()
    expect((await newest()).id).toBe(id)
    await hangUp(visitor)
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
  }, 90_000)

  test.each([
    ['NotAllowedError', 'Permission denied', /told not to give the microphone/, /allow the microphone/],
    ['NotAllowedError', 'Permission dismissed', /closed without an answer/, /choose “Allow”/],
    ['NotFoundError', 'Requested device not found', /No microphone was found/, /Plug one in/],
    ['NotReadableError', 'Could not start audio source', /cannot be opened/, /Another program/],
  ])('a microphone that is refused with %s “%s” is explained', async (name, message, title, advice) => {
    const refuse = `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('${message}', '${name}'))`
    const visitor = await visit('agt_receptionist', script(refuse))
    await dial(visitor)
    const alert = visitor.page.getByRole('alert')
    await alert.getByText(title).waitFor()
    await alert.getByText(advice).waitFor()
    expect(await barriers(visitor.page)).toEqual([])
  })

  test('a network that lets nothing through is told as such, with what to do', async () => {
    // The gateway's addresses never reach the browser, nor ours the gateway: ICE has nowhere to go.
    const deaf = `
      const set = RTCPeerConnection.prototype.setRemoteDescription
      RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
        const lines = sdp.split('\\r\\n').filter((line) => !line.startsWith('a=candidate'))
        return set.call(this, { type, sdp: lines.join('\\r\\n') })
      }
      const send = window.fetch
      window.fetch = (url, init) => (init?.method === 'PATCH' ? new Promise(() => undefined) : send(url, init))`
    const visitor = await visit('agt_receptionist', script(deaf))
    await dial(visitor)
    const alert = visitor.page.getByRole('alert')
    await alert.getByText('No network path to the gateway was found').waitFor({ timeout: 40_000 })
    await alert.getByText(/no TURN server is set/).waitFor()
  }, 60_000)
})
