/** Forms drawn from a provider's schema, filled as people fill them: wrong, right, again, with secrets that nobody sees. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { serveCarrier, simulatedCarrier } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import type { House } from '../e2e/gateway.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { barriers, openConsole, openVisitor, type Visitor } from './visitor.ts'

const token = 'f00dfacef00dfacef00dfacef00d1234'

const atCarrier = (page: Page) =>
  page.locator('section', { has: page.getByRole('heading', { name: 'At the carrier' }) })

describe.skipIf(!hasChromium())('forms', () => {
  const scope = new Scope('console forms')
  let house: House
  let browser: Browser
  let visitor: Visitor
  beforeAll(async () => {
    house = scope.use(await openConsole({ values: { OFFHOOK_CARRIER_SETUP: 'on' } }))
    browser = await startChromium(scope)
    visitor = await openVisitor(scope, browser, house)
  })
  afterAll(() => scope.close())

  test('a carrier is connected: what is missing and what is wrong stands beside its field', async () => {
    const { page, open } = visitor
    await open('/connections/new')
    await page.getByRole('link', { name: 'Twilio', exact: true }).click()
    await page.getByRole('heading', { name: 'Connect Twilio' }).waitFor()
    await page.getByText('Sign in at console.twilio.com').waitFor()
    await page.getByRole('button', { name: 'Save connection' }).click()
    await page.getByText('Account SID is needed').waitFor()
    expect(await page.locator(':focus').getAttribute('placeholder')).toMatch(/^AC/)

    await page.getByLabel('Account SID').fill('XX123')
    await page.getByLabel('Auth token', { exact: true }).fill(token)
    await page.getByRole('button', { name: 'Save connection' }).click()
    await page.getByText('The account SID is AC and 32 hex digits').waitFor()

    const simulated = await house.request('GET', '/v1/connections/con_simulated')
    const { settings } = (await simulated.json()) as { settings: { apiBase: string } }
    await page.getByLabel('Account SID').fill(`AC${'0'.repeat(32)}`)
    await page.getByLabel('API address').fill(settings.apiBase)
    await page.getByRole('button', { name: 'Save connection' }).click()
    await page.getByRole('heading', { name: 'Twilio', exact: true }).waitFor()
    await atCarrier(page)
      .getByText(/Check account SID, auth token/)
      .waitFor()
  })

  test('its secret is masked, and stays itself when the form is sent again', async () => {
    const { page } = visitor
    const id = page.url().split('/').at(-1) ?? ''
    expect(await page.getByLabel('Auth token', { exact: true }).inputValue()).toBe('••••1234')
    await page.getByLabel('Name', { exact: true }).fill('Main account')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('heading', { name: 'Main account' }).waitFor()
    const stored = await house.gateway.store.connections.get('org_default', id)
    expect(stored).toMatchObject({ name: 'Main account', settings: { authToken: token } })
  })

  test('its test says what the carrier said', async () => {
    const { page } = visitor
    await page.getByRole('button', { name: 'Test this connection' }).click()
    const dialog = page.getByRole('dialog', { name: 'The connection does not work' })
    expect(await dialog.getByRole('alert').textContent()).toMatch(/\w+.*\.$/)
    await dialog.getByRole('button', { name: 'Close' }).last().click()
  })

  test('what its carrier refuses stands on its page until it is right, and is set up again there', async () => {
    const { page, open } = visitor
    const carrier = simulatedCarrier('plivo')
    const drawn = carrier.draw(randomIds)
    const simulator = carrier.open(drawn, { clock: realClock, ids: randomIds, scope })
    await serveCarrier(simulator, { scope })
    await open('/connections/new?kind=carrier&provider=plivo')
    await page.getByText('Sign in at console.plivo.com').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('Second line')
    await page.getByLabel('Auth ID').fill(String(drawn['authId']))
    await page.getByLabel('Auth token', { exact: true }).fill(token)
    await page.getByLabel('API address').fill(String(carrier.address(simulator.url)['apiBase']))
    expect(await page.getByText('Application made by us').count()).toBe(0)
    await page.getByRole('button', { name: 'Save connection' }).click()
    await page.getByRole('heading', { name: 'Second line', exact: true }).waitFor()
    const section = atCarrier(page)
    const refused = section.getByText(/Check auth id and auth token/)
    await refused.waitFor()
    await page.reload()
    await refused.waitFor()
    expect(await barriers(page)).toEqual([])

    await page.getByLabel('Auth token', { exact: true }).fill(String(drawn['authToken']))
    await page.getByRole('button', { name: 'Save changes' }).click()
    await section.getByText(/The application \d+ \(Offhook_\w+\) was made/).waitFor()
    await refused.waitFor({ state: 'detached' })
    await section.getByRole('button', { name: 'Set up again' }).click()
    await section.getByText(/The application \d+ was pointed here/).waitFor()
    await open('/connections')
    await page
      .getByRole('row', { name: /Second line/ })
      .getByText('To do')
      .waitFor()
  })

  test('what a carrier can stands beside its settings: by itself, by Offhook, or not, and why', async () => {
    const { page, open } = visitor
    await open('/connections/new?kind=carrier&provider=exotel')
    const abilities = page.locator('section', { has: page.getByRole('heading', { name: 'What it can' }) })
    const line = (label: string) => abilities.getByRole('listitem').filter({ hasText: label })
    await line('Answers calls').getByText('by the carrier, shown').waitFor()
    await line('Transfers calls').getByText('by Offhook, shown').waitFor()
    await line('Takes back a call that rings').getByText('Exotel has no hang-up').waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await barriers(page)).toEqual([])
    await page.setViewportSize({ width: 1280, height: 800 })
    await open('/connections')
  })

  test('it is removed after a question', async () => {
    const { page } = visitor
    await page.getByRole('link', { name: 'Main account' }).click()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: 'Remove connection' }).click()
    await page.getByRole('heading', { name: 'Connections' }).waitFor()
    await page.getByRole('link', { name: 'Main account' }).waitFor({ state: 'detached' })
  })

  test('an agent of parts: its providers are chosen, their own settings asked for', async () => {
    const { page, open } = visitor
    await open('/agents/new?provider=pipeline')
    await page.getByLabel('Name', { exact: true }).fill('Night desk')
    await page.getByLabel('Greeting', { exact: true }).fill('Good evening.')
    await page.getByLabel('Model', { exact: true }).first().click()
    await page.getByRole('option', { name: /OpenAI-compatible/ }).click()
    const model = page.getByRole('group', { name: 'Settings of the model' })
    await model.getByLabel('Base address').fill('http://127.0.0.1:9/v1')
    await model.getByLabel('Model', { exact: true }).fill('some-model')
    await page.getByText('Turns, silence and mistakes').click()
    await page.getByLabel('End of turn (ms)').fill('50')
    await page.getByRole('button', { name: 'Make agent' }).click()
    await page.getByText('At least 100').waitFor()
    await page.getByLabel('End of turn (ms)').fill('450')
    await page.getByRole('button', { name: 'Make agent' }).click()
    await page.getByRole('heading', { name: 'Night desk' }).waitFor()
    await page.getByRole('link', { name: 'Talk to it' }).waitFor()
    const { data } = await house.client.GET('/v1/agents')
    expect(data?.items.find(({ name }) => name === 'Night desk')?.settings).toMatchObject({
      greeting: 'Good evening.',
      endOfTurn: 450,
      model: 'openai-compatible',
    })
  })

  test('its tools and guardrails are a list that is filled by keyboard, and keep their secrets when one goes', async () => {
    const { page, open } = visitor
    const press = (...keys: readonly string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve())
    await open('/agents/agt_receptionist')
    await page.locator('summary', { hasText: /^Tools/ }).focus()
    await press('Enter')
    const add = page.getByRole('button', { name: 'Add tool' })
    for (const [name, secret] of [
      ['find_booking', 'one-long-secret'],
      ['cancel_booking', 'two-long-secret'],
    ]) {
      await add.focus()
      await press('Enter')
      // The focus stands in the new one's first field.
      await page.keyboard.type(name!)
      const item = page.getByRole('group', { name, exact: true })
      await item.getByLabel('Description').fill('What it does.')
      await item.getByLabel('Address').fill(`https://tools.example.com/${name}`)
      await item.getByLabel('Headers').fill(JSON.stringify({ Authorization: secret }))
    }
    expect(await barriers(page)).toEqual([])
    await page.getByRole('group', { name: 'cancel_booking', exact: true }).getByLabel('Timeout (ms)').fill('5')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('At least 100').waitFor()
    await page.getByRole('group', { name: 'cancel_booking', exact: true }).getByLabel('Timeout (ms)').fill('900')
    await page.getByRole('button', { name: 'Save changes' }).click()
    const stored = async () =>
      (await house.gateway.store.agents.get('org_default', 'agt_receptionist'))?.settings['tools']
    await expect.poll(stored).toMatchObject([{ name: 'find_booking' }, { name: 'cancel_booking', timeout: 900 }])

    await page.reload()
    await page.locator('summary', { hasText: /^Tools/ }).click()
    await page.locator('summary', { hasText: 'find_booking' }).focus()
    await press('Enter')
    await page.getByRole('button', { name: 'Remove find_booking' }).press('Enter')
    expect(await page.locator(':focus').textContent()).toBe('Add tool')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await expect.poll(stored).toHaveLength(1)
    expect(await stored()).toMatchObject([{ name: 'cancel_booking', headers: { Authorization: 'two-long-secret' } }])
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await barriers(page)).toEqual([])
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  test('a condition hides and shows: the script’s field goes once a chat server is named', async () => {
    const { page, open } = visitor
    await open('/agents/agt_receptionist')
    await page.getByLabel('Put through to').waitFor()
    await page.getByLabel('Chat server').fill('http://127.0.0.1:9/v1')
    await page.getByLabel('Put through to').waitFor({ state: 'detached' })
  })

  test('a number is taken from the carrier, given to an agent, labelled, removed', async () => {
    const { page, open } = visitor
    await open('/numbers/new?connection=con_simulated')
    await page.getByText('Here already').waitFor()
    await page.getByRole('tab', { name: 'Buy' }).click()
    await page.getByRole('button', { name: 'Search' }).click()
    await page
      .getByRole('button', { name: /^Buy \+/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Buy number' }).click()
    await page.getByRole('heading', { name: 'Numbers' }).waitFor()
    const bought = (await house.client.GET('/v1/numbers')).data?.items.find(({ number }) => number.startsWith('+1415'))
    const who = page.getByLabel(`Who answers ${bought?.number}`)
    await who.click()
    await page.getByRole('option', { name: 'Echo' }).click()
    await page
      .getByText(/Echo answers/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: `More for ${bought?.number}` }).click()
    await page.getByRole('menuitem', { name: 'Label…' }).click()
    await page.getByRole('textbox', { name: 'Label' }).fill('Harbour')
    await page.getByRole('button', { name: 'Save label' }).click()
    await page.getByRole('cell', { name: 'Harbour' }).waitFor()
    await page.getByRole('button', { name: `More for ${bought?.number}` }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    await page.getByText('Give it back to the carrier too').click()
    await page.getByRole('button', { name: 'Give number back' }).click()
    await who.waitFor({ state: 'detached' })
  })
})
