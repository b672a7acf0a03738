/** What passes over a browser's data channel: RTVI both ways, and the agent's side of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { Scope } from '../../../src/lib/scope.ts'
import { webrtc } from '../../../src/providers/carriers/webrtc/webrtc.ts'
import { hasChromium, startChromium } from '../../services/chromium.ts'
import { openHouse, type House } from '../gateway.ts'
import { until } from '../until.ts'
import { openPhone, type Message, type Phone } from './page.ts'

describe.skipIf(!hasChromium())('talking to a browser', () => {
  const scope = new Scope('browser talk')
  let house: House
  let browser: Browser
  beforeAll(async () => {
    house = scope.use(await openHouse({ providers: { carriers: [webrtc] } }))
    browser = await startChromium(scope)
  })
  afterAll(() => scope.close())

  async function call(settings: Readonly<Record<string, unknown>> = {}, data: Readonly<Record<string, unknown>> = {}) {
    const phone = await openPhone(browser, `${house.url}/health`)
    const agent = await house.agent(settings)
    const opened = await phone.place({ url: house.url, key: house.key, hertz: 0, data: { agent: agent.id, ...data } })
    const player = await house.studio.player(agent.key)
    const { id } = await house.callByRef(opened.id)
    await until('an open channel', () => phone.run<boolean>(`phone.channel.readyState === 'open'`))
    return { phone, player, id, opened }
  }

  const message = (phone: Phone, type: string, data?: (data: NonNullable<Message['data']>) => boolean) =>
    until(`a message ${type}`, async () =>
      (await phone.messages()).find((one) => one.type === type && (!data || data(one.data ?? {}))),
    )
  const rtvi = (type: string, data: unknown, id = 'req1') => ({ label: 'rtvi-ai', type, id, data })

  test('a client that is ready hears that the agent is, under its own id', async () => {
    const { phone } = await call()
    await phone.send(rtvi('client-ready', { version: '2.1.0', about: { library: 'test' } }, 'abcd1234'))
    expect(await message(phone, 'bot-ready')).toEqual({
      ...{ label: 'rtvi-ai', type: 'bot-ready', id: 'abcd1234' },
      data: { version: '2.1.0', about: { library: 'offhook' } },
    })
    expect((await message(phone, 'user-audio-level')).data?.['value']).toBeLessThan(0.5)
    await phone.hangUp()
  })

  test('an old client is told its own version, an unknown one an error too', async () => {
    const { phone } = await call()
    await phone.send(rtvi('client-ready', { version: '1.2.0' }, 'old'))
    await phone.send(rtvi('client-ready', { version: '7.0.0' }, 'new'))
    const ready = await until('both', async () => {
      const all = (await phone.messages()).filter(({ type }) => type === 'bot-ready')
      return all.length === 2 && all
    })
    expect(ready.map(({ id, data }) => [id, data?.['version']])).toEqual([
      ['old', '1.2.0'],
      ['new', '2.1.0'],
    ])
    expect(await message(phone, 'error-response')).toMatchObject({ id: 'new' })
    await phone.hangUp()
  })

  test('what the agent says is told as it says it, and again once it was heard', async () => {
    const { phone, player } = await call()
    player.say(300, 700)
    await message(phone, 'bot-llm-text', ({ text }) => text === '700 Hz')
    await message(phone, 'bot-started-speaking')
    await message(phone, 'bot-output', ({ spoken_status: status }) => status === 'new')
    expect(await message(phone, 'bot-output', ({ spoken }) => spoken === true)).toMatchObject({
      data: { text: '700 Hz', aggregated_by: 'sentence', segment_id: 1, spoken_status: 'completed' },
    })
    await message(phone, 'bot-tts-text', ({ text }) => text === '700 Hz')
    await message(phone, 'bot-stopped-speaking')
    await phone.hangUp()
  })

  test('keys reach the agent in both shapes, and stand in the journal', async () => {
    const { phone, player, id } = await call({ answers: false })
    await phone.send(rtvi('dtmf', { buttons: ['4', '#'] }))
    await phone.send(rtvi('dtmf', { button: '2' }))
    const given = () => player.orders.flatMap((order) => (order.type === 'digit' ? [order.digit] : []))
    await until('both numbers', () => given().length === 2)
    expect(given()).toEqual(['4', '2'])
    const keys = await until('three keys in the journal', async () => {
      const all = (await house.events(id)).flatMap(({ event }) =>
        event.type === 'digit.received' ? [event['digit']] : [],
      )
      return all.length === 3 && all
    })
    expect(keys).toEqual(['4', '#', '2'])
    await phone.hangUp()
  })

  test('what the caller writes is a turn of theirs', async () => {
    const { phone, player } = await call()
    await phone.send(rtvi('send-text', { content: 'A table for two, please' }))
    await until('the text', () =>
      player.orders.find((order) => order.type === 'text' && order.text === 'A table for two, please'),
    )
    await message(
      phone,
      'user-transcription',
      ({ text, final }) => final === true && text === 'A table for two, please',
    )
    await phone.hangUp()
  })

  test('what nobody understands is answered with why', async () => {
    const { phone } = await call()
    await phone.send(rtvi('teleport', {}, 'u1'))
    await phone.send(rtvi('client-message', { t: 'ask', d: 1 }, 'u2'))
    await phone.send(rtvi('dtmf', { buttons: ['x'] }, 'u3'))
    await phone.send(rtvi('llm-function-call-result', { tool_call_id: 't1', result: {} }, 'u4'))
    await phone.send('{not json')
    const refused = await until('four refusals', async () => {
      const all = (await phone.messages()).filter(({ type }) => type === 'error-response')
      return all.length === 4 && all
    })
    expect(new Set(refused.map(({ id }) => id))).toEqual(new Set(['u1', 'u2', 'u3', 'u4']))
    expect((await message(phone, 'error')).data).toMatchObject({ error: expect.stringContaining('JSON'), fatal: false })
    await phone.hangUp()
  })

  test('a function call of the agent is told from its beginning to its end', async () => {
    const { phone, player } = await call()
    player.ask('send_digits', { digits: 'nonsense' })
    const { data } = await message(phone, 'llm-function-call-in-progress')
    expect(data).toMatchObject({ function_name: 'send_digits', arguments: { digits: 'nonsense' } })
    expect((await message(phone, 'llm-function-call-stopped')).data).toMatchObject({
      tool_call_id: data?.['tool_call_id'],
      cancelled: false,
    })
    await phone.hangUp()
  })

  test('the caller talks over the agent: it falls silent in the page, and what was heard is told', async () => {
    const { phone, player } = await call({ endOfTurn: 400, bargeInAfter: 0 })
    player.say(20_000, 700)
    const level = async () => (await phone.hear()).level
    await until('the agent in the page', async () => (await level()) > -40)
    // The caller raises their voice; the page itself notes how long the agent goes on.
    const silentAfter = await phone.run<number>(`new Promise((resolve) => {
      const began = performance.now()
      phone.tone.frequency.value = 300
      phone.loudness.gain.value = 0.5
      const look = () => {
        if (phone.loud(700) < -60 || performance.now() - began > 5000) resolve(performance.now() - began)
        else setTimeout(look, 5)
      }
      look()
    })`)
    await message(phone, 'bot-interrupted')
    await message(phone, 'user-started-speaking')
    expect(player.orders.find(({ type }) => type === 'interrupt')).toMatchObject({ heardMs: expect.any(Number) })
    console.log(`barge-in from the page: silent ${Math.round(silentAfter)} ms after the caller began`)
    expect(silentAfter).toBeLessThan(1500)
    await phone.hangUp()
  })

  test('the client can hang up by a message', async () => {
    const { phone, id } = await call()
    await phone.send(rtvi('disconnect-bot', {}))
    const ended = await house.callWhen('the end', id, ({ status }) => status === 'completed')
    expect(ended.endReason).toBe('caller-hangup')
  })

  test('a call that we end says goodbye', async () => {
    const { phone, id } = await call()
    expect((await house.request('POST', `/v1/calls/${id}/hangup`)).status).toBe(202)
    await until('the goodbye', async () =>
      (await phone.messages()).some(({ message: inner }) => inner?.type === 'peerLeft'),
    )
    expect((await house.callWhen('the end', id, ({ status }) => status === 'completed')).endReason).toBe('api-hangup')
  })

  test('what the client says of the call reaches the agent as variables', async () => {
    const { phone, player, id } = await call({}, { name: 'Ada', age: 36, list: [1], from: 'ada@example.com' })
    expect(player.brief).toMatchObject({
      from: 'ada@example.com',
      variables: { name: 'Ada', age: 36 },
      metadata: { requestData: { list: [1] } },
    })
    await phone.hangUp()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
    const measured = await until('figures of the media', async () =>
      (await house.events(id)).find(({ event }) => event.type === 'media.measured'),
    )
    expect(measured.event).toMatchObject({ lost: 0, received: expect.any(Number) })
  })
})
