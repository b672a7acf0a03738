/** What goes wrong with browsers: closed pages, lost networks, second tabs, floods; and what is shown instead of said. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { Scope } from '../../../src/lib/scope.ts'
import { webrtc } from '../../../src/providers/carriers/webrtc/webrtc.ts'
import { hasChromium, startChromium } from '../../services/chromium.ts'
import { openHouse, type House } from '../gateway.ts'
import { until } from '../until.ts'
import { openPhone, type CallOptions, type Phone } from './page.ts'

describe.skipIf(!hasChromium())('a browser in trouble', () => {
  const scope = new Scope('browser trouble')
  let house: House
  let browser: Browser
  beforeAll(async () => {
    house = scope.use(await openHouse({ providers: { carriers: [webrtc] } }))
    browser = await startChromium(scope)
  })
  afterAll(() => scope.close())

  async function call(options: Partial<CallOptions> = {}) {
    const phone = await openPhone(browser, `${house.url}/health`)
    const opened = await phone.place({
      url: house.url,
      key: house.key,
      hertz: 1000,
      data: { agent: 'agt_echo' },
      ...options,
    })
    const { id } = await house.callByRef(opened.id)
    return { phone, id, opened }
  }
  const hears = (phone: Phone, hertz: number) =>
    until(`${hertz} Hz in the page`, async () => {
      const heard = await phone.hear()
      return heard.level > -40 && Math.abs(heard.hertz - hertz) < 15
    })
  const kinds = async (id: string) => (await house.events(id)).map(({ event }) => event.type)

  test('a page that is closed in the middle of a call is noticed', async () => {
    const { phone, id } = await call()
    await hears(phone, 1000)
    await phone.page.context().close()
    const ended = await house.callWhen('the end', id, ({ endedAt }) => endedAt !== null, 40_000)
    expect(ended.status).toBe('completed')
  })

  test('a network that is lost and back goes on with the same call over a new connection', async () => {
    const { phone, id, opened } = await call()
    await hears(phone, 1000)
    // The old connection goes silent, as when a laptop changes networks; nobody says goodbye.
    await phone.run(
      `(() => { clearInterval(phone.pings); phone.old = phone.pc; phone.track.enabled = false; phone.audio.sender.replaceTrack(null) })()`,
    )
    await until('the loss', async () => (await kinds(id)).includes('media.lost'))
    await phone.run(`(async () => {
      const pc = new RTCPeerConnection()
      phone.track.enabled = true
      phone.audio = pc.addTransceiver(phone.track, { direction: 'sendrecv' })
      pc.addTransceiver('video', { direction: 'sendrecv' })
      phone.analyser = new AnalyserNode(phone.context, { fftSize: 8192, smoothingTimeConstant: 0 })
      phone.listen(pc, phone.context, phone.analyser)
      phone.pc = pc
      phone.open(pc)
      await phone.offer({ restart: true })
      await phone.until('connected')
      phone.old.close()
    })()`)
    await hears(phone, 1000)
    expect(await phone.run('phone.id')).not.toBe(opened.id)
    const call_ = await house.callWhen('the call', id, () => true)
    expect(call_.status).toBe('in-progress')
    expect((await kinds(id)).filter((kind) => kind === 'media.opened')).toHaveLength(2)
    await phone.hangUp()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
  })

  test('a network that stays away ends the call as lost', async () => {
    const { phone, id } = await call()
    await hears(phone, 1000)
    await phone.run(`(() => { clearInterval(phone.pings); phone.audio.sender.replaceTrack(null) })()`)
    const ended = await house.callWhen('the end', id, ({ status }) => status === 'completed', 40_000)
    expect(ended.endReason).toBe('media-lost')
  })

  test('the same connection can be negotiated anew', async () => {
    const { phone, id, opened } = await call()
    await phone.run('phone.offer()')
    await phone.run(`(async () => { phone.pc.restartIce(); await phone.offer() })()`)
    expect(await phone.run('phone.id')).toBe(opened.id)
    await hears(phone, 1000)
    expect((await kinds(id)).filter((kind) => kind === 'media.opened')).toHaveLength(1)
    await phone.hangUp()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
  })

  test('a second tab with the same connection id and another key gets a call of its own', async () => {
    const { phone, id, opened } = await call()
    const { data } = await house.client.POST('/v1/keys', { body: { name: 'other', scopes: ['calls:write'] } })
    const other = await openPhone(browser, `${house.url}/health`)
    const options = { url: house.url, key: data!.secret, hertz: 600, data: { agent: 'agt_echo' } }
    await other.run(`(phone.id = ${JSON.stringify(opened.id)}, phone.place(${JSON.stringify(options)}))`)
    expect(await other.run('phone.id')).not.toBe(opened.id)
    await hears(other, 600)
    await hears(phone, 1000)
    await other.hangUp()
    await phone.hangUp()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
  })

  test('a flood over the data channel ends the call; bytes and long messages are refused', async () => {
    const { phone, id } = await call()
    await until('an open channel', () => phone.run<boolean>(`phone.channel.readyState === 'open'`))
    await phone.run('phone.channel.send(new Uint8Array([1, 2, 3]))')
    await phone.run(`phone.channel.send('x'.repeat(65_000))`)
    const refusals = () =>
      phone
        .messages()
        .then((all) => all.filter(({ type }) => type === 'error').map(({ data }) => String(data?.['error'])))
    await until('refusals', async () => (await refusals()).length === 2)
    expect(await refusals()).toEqual([expect.stringContaining('text, not bytes'), expect.stringContaining('no JSON')])
    await phone.run(`(() => { for (let count = 0; count < 3000; count++) phone.channel.send('ping: 1') })()`)
    const ended = await house.callWhen('the end', id, ({ status }) => status === 'failed')
    expect(ended.cause).toContain('more messages')
    expect(await house.figure('offhook_line_refused_total{carrier="webrtc",why="rate"}')).toBeGreaterThan(900)
  })

  test('without a data channel there is a call all the same', async () => {
    const { phone, id } = await call({ channel: false })
    await hears(phone, 1000)
    await phone.hangUp()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
  })

  test('keys of the browser itself are heard as keys', async () => {
    const { phone, id } = await call()
    await hears(phone, 1000)
    await phone.run(`phone.audio.sender.dtmf.insertDTMF('42#', 100, 70)`)
    const digits = await until('three keys', async () => {
      const all = (await house.events(id)).flatMap(({ event }) =>
        event.type === 'digit.received' ? [event['digit']] : [],
      )
      return all.length === 3 && all
    })
    expect(digits).toEqual(['4', '2', '#'])
    await phone.hangUp()
  })

  test('a camera is declined in place where nobody looks', async () => {
    const { phone, opened, id } = await call({ video: true })
    const video = /m=video (\d+)[^]*?a=(inactive|recvonly|sendrecv)/.exec(opened.answer)
    expect([video?.[1] === '0', video?.[2]]).toEqual([false, 'inactive'])
    expect([...opened.answer.matchAll(/^m=(\w+)/gm)].map(([, kind]) => kind)).toEqual(['audio', 'video', 'application'])
    await phone.hangUp()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
  })

  test('pictures of a camera reach an agent that looks', async () => {
    const { data } = await house.client.POST('/v1/agents', {
      body: { name: 'Looking', provider: 'echo', settings: { looks: true } },
    })
    const { phone, opened, id } = await call({ video: true, data: { agent: data!.id } })
    expect(/m=video [^]*?a=(inactive|recvonly)/.exec(opened.answer)?.[1]).toBe('recvonly')
    await until('an open channel', () => phone.run<boolean>(`phone.channel.readyState === 'open'`))
    const seen = await until('pictures', async () => {
      await phone.send({ label: 'rtvi-ai', type: 'client-message', id: 'p', data: { t: 'pictures' } })
      const told = (await phone.messages()).findLast(({ type }) => type === 'server-response')?.data?.['d'] as
        | { count: number }
        | undefined // echo's answer
      return told && told.count > 10 && told
    })
    expect(seen).toMatchObject({ source: 'camera', codec: expect.stringMatching(/vp8|h264/), keys: expect.any(Number) })
    expect((seen as unknown as { keys: number }).keys).toBeGreaterThanOrEqual(1)
    await phone.hangUp()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
  })
})
