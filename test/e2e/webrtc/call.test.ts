/** Calls from a real browser: sound both ways, by frequency; who may call; how calls end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { Scope } from '../../../src/lib/scope.ts'
import { webrtc } from '../../../src/providers/carriers/webrtc/webrtc.ts'
import { hasChromium, startChromium } from '../../services/chromium.ts'
import { openHouse, type House } from '../gateway.ts'
import { until } from '../until.ts'
import { openPhone } from './page.ts'

describe.skipIf(!hasChromium())('a call from a browser', () => {
  const scope = new Scope('browser calls')
  let house: House
  let browser: Browser
  beforeAll(async () => {
    house = scope.use(await openHouse({ providers: { carriers: [webrtc] } }))
    browser = await startChromium(scope)
  })
  afterAll(() => scope.close())

  test.each([
    { codec: 'PCMU' as const, encoding: 'pcmu', rate: 8000 },
    { codec: 'opus' as const, encoding: 'opus', rate: 16_000 },
  ])('in $codec is heard at both ends', async ({ codec, encoding, rate }) => {
    const phone = await openPhone(browser, `${house.url}/health`)
    const opened = await phone.place({
      url: house.url,
      key: house.key,
      hertz: 1000,
      codec,
      data: { agent: 'agt_echo' },
    })
    await until('the echo of the tone', async () => {
      const { hertz, level } = await phone.hear()
      return level > -40 && Math.abs(hertz - 1000) < 15
    })
    const call = await house.callByRef(opened.id)
    expect(call).toMatchObject({ carrier: 'webrtc', direction: 'inbound', status: 'in-progress', agent: 'agt_echo' })
    const events = await house.events(call.id)
    expect(events.find(({ event }) => event.type === 'media.opened')).toMatchObject({ event: { encoding, rate } })
    await phone.hangUp()
    await house.callWhen('the end', call.id, ({ status }) => status === 'completed')
  })

  test('by somebody signed in needs no key, from our own pages', async () => {
    const phone = await openPhone(browser, `${house.url}/health`)
    const place = () => phone.place({ url: house.url, hertz: 800, data: { agent: 'agt_echo' } })
    await expect(place()).rejects.toThrow('auth.missing')
    const headers = { 'content-type': 'application/json' }
    const signIn = { method: 'POST', headers, body: JSON.stringify({ key: house.key }) }
    expect(await phone.run(`fetch('/v1/session', ${JSON.stringify(signIn)}).then(({ status }) => status)`)).toBe(200)
    const opened = await place()
    await until('the echo of the tone', async () => {
      const { hertz, level } = await phone.hear()
      return level > -40 && Math.abs(hertz - 800) < 15
    })
    const { id } = await house.callByRef(opened.id)
    await phone.hangUp()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
  })
})
