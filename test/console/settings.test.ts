/** Settings of the house: secrets shown once, people, deliveries that are sent again, what is kept. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import type { House } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { openConsole, openVisitor, type Visitor } from './visitor.ts'

describe.skipIf(!hasChromium())('settings', () => {
  const scope = new Scope('console settings')
  let house: House
  let visitor: Visitor
  beforeAll(async () => {
    house = scope.use(await openConsole())
    visitor = await openVisitor(scope, await startChromium(scope), house)
  })
  afterAll(() => scope.close())

  test('a key is shown once, works, and is revoked', async () => {
    const { page, open } = visitor
    await open('/settings?tab=keys')
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Booking server')
    await page.getByRole('button', { name: 'Make key' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your new key' })
    const secret = (await dialog.locator('code').textContent()) ?? ''
    const asked = () => fetch(`${house.url}/v1/calls`, { headers: { authorization: `Bearer ${secret}` } })
    expect((await asked()).status).toBe(200)
    await dialog.getByRole('button', { name: 'I have stored it' }).click()
    await page.reload()
    await page.getByText('Booking server').first().waitFor()
    expect(await page.content()).not.toContain(secret)
    await page.getByRole('button', { name: 'Revoke Booking server' }).click()
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await page.getByText('Revoked', { exact: true }).waitFor()
    expect((await asked()).status).toBe(401)
  })

  test('a price of one’s own is added, wins over the published one, and stays', async () => {
    const { page, open } = visitor
    await open('/settings?tab=prices')
    await page.getByRole('table', { name: 'Published prices' }).waitFor()
    await page.getByRole('button', { name: 'Add a price' }).click()
    await page.getByLabel('Provider of price 1').fill('made-up')
    await page.getByLabel('Model of price 1').fill('m-1*')
    await page.getByLabel('Amount of price 1').fill('0.25')
    await page.getByLabel('Currency of price 1').fill('eur')
    await page.getByRole('button', { name: 'Save prices' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    const kept = {
      part: 'llm',
      provider: 'made-up',
      model: 'm-1*',
      unit: 'input-tokens',
      amount: 0.25,
      currency: 'EUR',
    }
    const { data } = await house.client.GET('/v1/prices')
    expect(data?.items[0]).toEqual({ ...kept, source: 'yours', asOf: null })
    await page.reload()
    await expect.poll(() => page.getByLabel('Amount of price 1').inputValue()).toBe('0.25')
  })

  test('a person is added, changed, and removed', async () => {
    const { page, open } = visitor
    await open('/settings?tab=people')
    await page.getByRole('button', { name: 'Add a person' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Ada')
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('Password').fill('analytical engine')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('cell', { name: 'ada@example.com' }).waitFor()
    await page.getByRole('button', { name: 'Add a person' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Grace')
    await page.getByLabel('Email').fill('grace@example.com')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('button', { name: 'More for Grace' }).click()
    await page.getByRole('menuitem', { name: 'Change…' }).click()
    await page.getByLabel('Role').click()
    await page.getByRole('option', { name: /Viewer/ }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: 'Viewer' }).waitFor()
    await page.getByRole('button', { name: 'More for Grace' }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    await page.getByRole('button', { name: 'Remove person' }).click()
    await page.getByRole('cell', { name: 'grace@example.com' }).waitFor({ state: 'detached' })
  })

  test('the last owner cannot be removed, and it is said why', async () => {
    const { page, open } = visitor
    await open('/settings?tab=people')
    await page.getByRole('button', { name: 'More for Ada' }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    await page.getByRole('button', { name: 'Remove person' }).click()
    expect(await page.getByRole('dialog').getByRole('alert').textContent()).toMatch(/owner/)
    await page.getByRole('button', { name: 'Cancel' }).click()
  })

  test('a webhook is told, its refusal is in the log, and it can be sent again', async () => {
    const { page, open } = visitor
    const answers = { status: 500, asked: 0 }
    const server = createServer((_, response) => {
      answers.asked += 1
      response.writeHead(answers.status).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    scope.defer(() => new Promise<void>((resolve) => void server.close(() => resolve())))
    const { port } = server.address() as AddressInfo // it listens on TCP

    await open('/settings?tab=webhooks')
    await page.getByRole('button', { name: 'New webhook' }).click()
    await page.getByLabel('Address of your server').fill(`http://127.0.0.1:${port}/calls`)
    await page.getByText('All events').click()
    await page.getByRole('textbox', { name: 'Events' }).fill('call.ended')
    await page.getByRole('button', { name: 'Make webhook' }).click()
    await page
      .getByRole('dialog', { name: 'The signing secret' })
      .getByRole('button', { name: 'I have stored it' })
      .click()

    await house.client.POST('/v1/calls', { body: { to: '+15550100099', agent: 'agt_echo' } })
    const [call] = (await house.client.GET('/v1/calls')).data?.items ?? []
    await house.request('POST', `/v1/calls/${call?.id}/hangup`)
    await until('the first delivery', async () => answers.asked > 0)
    await page.getByRole('link', { name: new RegExp(`${port}`) }).click()
    await page.getByRole('heading', { name: new RegExp(`${port}`) }).waitFor()
    await page.getByText('Waiting').first().waitFor()
    answers.status = 200
    await page.getByRole('button', { name: 'Send call.ended again' }).first().click()
    await page
      .getByText(/Accepted/)
      .first()
      .waitFor()
  })

  test('what is kept and what is hidden is saved', async () => {
    const { page, open } = visitor
    await open('/settings?tab=privacy')
    await page.getByLabel('Recordings', { exact: true }).first().fill('30')
    await page.getByText('Phone numbers').click()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Saved').first().waitFor()
    const { data } = await house.client.GET('/v1/settings')
    expect(data).toMatchObject({ retention: { recordingsDays: 30 }, redaction: { numbers: true } })
    await page.reload()
    await until(
      'the stored days',
      async () => (await page.getByLabel('Recordings', { exact: true }).first().inputValue()) === '30',
    )
  })
  test('whom calls may reach is saved, a line an entry', async () => {
    const { page, open } = visitor
    await open('/settings?tab=dialing')
    await page.getByText('Foreign numbers').click()
    await page.getByLabel('Allowed').fill('+4420\n\n sip:*@pbx.example.com ')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Saved').first().waitFor()
    const { data } = await house.client.GET('/v1/settings')
    const allow = ['+4420', 'sip:*@pbx.example.com']
    expect(data?.dialing).toEqual({ allow, block: [], foreign: true, premium: false })
    await page.reload()
    await until('the stored list', async () => (await page.getByLabel('Allowed').inputValue()) === allow.join('\n'))
  })
})
