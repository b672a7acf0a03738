/** The browser phone of the console: a person talks to the local agent, interrupts it, presses keys, and is told what is wrong. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import type { CallShown, House } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { energyOf, listenIn, microphoneOf, silenceOf } from './speaker.ts'
import { barriers, openConsole, openVisitor, type Visitor } from './visitor.ts'

const greeting =
  'Good evening and welcome to the house by the harbour. We are glad that you call. Please tell us what we can do for you today, and take your time.'

describe.skipIf(!hasChromium())('the browser phone', () => {
  const scope = new Scope('browser phone')
  let house: House
  beforeAll(async () => {
    house = scope.use(await openConsole({ values: { OFFHOOK_VAD: 'auto' } }))
    await house.request('PUT', '/v1/agents/agt_receptionist', {
      ...{ name: 'Receptionist', provider: 'local' },
      settings: { greeting, idleTimeout: 0 },
    })
  })
  afterAll(() => scope.close())

  /** Somebody with this microphone has the page of the phone open. */
  const visit = async (microphone: string | undefined, before?: string): Promise<Visitor> => {
    const browser = await startChromium(scope, microphone === undefined ? {} : { microphone })
    const visitor = await openVisitor(scope, browser, house)
    await listenIn(visitor.page)
    if (before !== undefined) await visitor.page.addInitScript(before)
    await visitor.open('/phone?agent=agt_receptionist')
    return visitor
  }
  const dial = ({ page }: Visitor) => page.getByRole('button', { name: 'Call', exact: true }).click()
  const hangUp = ({ page }: Visitor) => page.getByRole('button', { name: 'Hang up' }).click()
  const newest = async (): Promise<CallShown> =>
    until('the call', async () => (await house.client.GET('/v1/calls', {})).data?.items[0])
  const events = async (id: string, type: string) =>
    (await house.events(id)).filter(({ event }) => event.type === type).map(({ event }) => event)

  test('a caller interrupts the greeting, is understood, hears the answer, and reads all of it', async () => {
    const visitor = await visit(await microphoneOf(scope, 4_000, 'What are your opening hours?', 60_000))
    const { page } = visitor
    await dial(visitor)
    await page.getByText('Good evening', { exact: false }).waitFor()
    await until('the greeting in the page', async () => (await energyOf(page)) > 1e-4)
    const log = page.getByRole('log')
    await log.getByText('Interrupted').waitFor({ timeout: 20_000 })
    await log.getByText(/opening/).waitFor({ timeout: 20_000 })
    const { id } = await newest()
    const [cut] = await events(id, 'agent.interrupted')
    expect(Number(cut?.['heardMs'])).toBeGreaterThan(500)
    const answer = log.getByText(/open every day/)
    await answer.waitFor({ timeout: 30_000 })
    const before = await energyOf(page)
    await until('the answer in the page', async () => (await energyOf(page)) > before + 1e-4)
    // The last answer's timings come with the journal.
    await page.getByText('Turn 1').waitFor()
    // What was cut off is not in the transcript: the greeting's end was never heard.
    await expect.poll(() => log.innerText(), { timeout: 20_000 }).not.toContain('take your time')
    expect(await barriers(page)).toEqual([])
    await hangUp(visitor)
    await page.getByText('Call ended').waitFor()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
    expect(visitor.complaints).toEqual([])
  }, 120_000)

  test('the Interrupt button quiets the agent; keys arrive; a muted microphone sends nothing', async () => {
    const visitor = await visit(await microphoneOf(scope, 60_000))
    const { page } = visitor
    await dial(visitor)
    const interrupt = page.getByRole('button', { name: 'Interrupt' })
    await until(
      'the greeting in the page',
      async () => (await page.locator('role=log').innerText()).includes('Good') && (await energyOf(page)) > 1e-4,
    )
    await interrupt.click()
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

  test.each([
    ['NotAllowedError', 'Permission denied', /told not to give the microphone/, /allow the microphone/],
    ['NotAllowedError', 'Permission dismissed', /closed without an answer/, /choose “Allow”/],
    ['NotFoundError', 'Requested device not found', /No microphone was found/, /Plug one in/],
    ['NotReadableError', 'Could not start audio source', /cannot be opened/, /Another program/],
  ])('a microphone that is refused with %s “%s” is explained', async (name, message, title, advice) => {
    const refuse = `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('${message}', '${name}'))`
    const visitor = await visit(undefined, refuse)
    await dial(visitor)
    const alert = visitor.page.getByRole('alert')
    await alert.getByText(title).waitFor()
    await alert.getByText(advice).waitFor()
    expect(await barriers(visitor.page)).toEqual([])
  })

  test('a network that lets nothing through is told as such, with what to do', async () => {
    // The gateway's addresses never reach the browser: ICE has nowhere to go.
    const deaf = `
      const set = RTCPeerConnection.prototype.setRemoteDescription
      RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
        const lines = sdp.split('\\r\\n').filter((line) => !line.startsWith('a=candidate'))
        return set.call(this, { type, sdp: lines.join('\\r\\n') })
      }
      RTCPeerConnection.prototype.addIceCandidate = async () => undefined
      const send = window.fetch
      window.fetch = (url, init) => (init?.method === 'PATCH' ? new Promise(() => undefined) : send(url, init))`
    const visitor = await visit(await microphoneOf(scope, 60_000), deaf)
    await dial(visitor)
    const alert = visitor.page.getByRole('alert')
    await alert.getByText('No network path to the gateway was found').waitFor({ timeout: 30_000 })
    await alert.getByText(/no TURN server is set/).waitFor()
    await hangUp(visitor)
  }, 60_000)

  test('a network that goes and comes back: the call goes on', async () => {
    const visitor = await visit(await microphoneOf(scope, 60_000))
    const { page } = visitor
    await dial(visitor)
    await until('the greeting', async () => (await page.locator('role=log').innerText()).includes('Good'))
    const { id } = await newest()
    // The connection dies under the page, as a laptop's does that changes its network.
    await page.evaluate(`(() => {
      const { peer } = window
      peer.close()
      Object.defineProperty(peer, 'iceConnectionState', { value: 'failed' })
      peer.dispatchEvent(new Event('iceconnectionstatechange'))
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
})
