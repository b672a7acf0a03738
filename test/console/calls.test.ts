/** The list of calls: live without asking, filtered by its address, long without end, and back after the network was gone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { Scope } from '../../src/lib/scope.ts'
import type { House } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { manyCalls } from './furnish.ts'
import { openConsole, openVisitor } from './visitor.ts'

const amount = 400

describe.skipIf(!hasChromium())('the list of calls', () => {
  const scope = new Scope('console calls')
  let house: House
  let browser: Browser
  beforeAll(async () => {
    house = scope.use(await openConsole())
    await manyCalls(house, amount)
    browser = await startChromium(scope)
  })
  afterAll(() => scope.close())

  const dial = async (to: string) => {
    const { data } = await house.client.POST('/v1/calls', { body: { to, agent: 'agt_echo' } })
    if (!data) throw new Error('not dialled')
    return data.id
  }

  test('is drawn only where it is seen, and read on while one scrolls, to its end', async () => {
    const { page, open } = await openVisitor(scope, browser, house)
    await open('/calls')
    const rows = page.getByRole('row')
    await until('some rows', async () => (await rows.count()) > 5)
    await until('the end of the list', async () => {
      expect(await rows.count()).toBeLessThan(80)
      await page.mouse.move(640, 500)
      await page.mouse.wheel(0, 4_000)
      return page.getByText(`${amount} calls`).isVisible()
    })
  })

  test('shows a call as it is made and as it ends, without a reload', async () => {
    const { page, open } = await openVisitor(scope, browser, house)
    await open('/calls')
    const id = await dial('+15550100077')
    const row = page.getByRole('row').filter({ hasText: '+1 555 010 0077' })
    await row.getByText('Live').waitFor()
    await house.request('POST', `/v1/calls/${id}/hangup`)
    await row.getByText('Completed').waitFor()
    expect(await row.count()).toBe(1)
  })

  test('is where a call is placed, and leads to it', async () => {
    const { page, open } = await openVisitor(scope, browser, house)
    await open('/calls')
    await page.getByRole('button', { name: 'Place a call' }).click()
    const dialog = page.getByRole('dialog', { name: 'Place a call' })
    await dialog.getByLabel('To', { exact: true }).fill('nobody at all')
    await dialog.getByRole('button', { name: 'Call', exact: true }).click()
    expect(await dialog.getByRole('alert').textContent()).toMatch(/nobody at all/)
    await dialog.getByLabel('To', { exact: true }).fill('+15550100066')
    await dialog.getByLabel('Over').click()
    await page.getByRole('option', { name: 'Simulated carrier' }).click()
    await dialog.getByRole('button', { name: 'Call', exact: true }).click()
    await page.waitForURL('**/calls/call_*')
    await page.getByText('+1 555 010 0066').first().waitFor()
  })

  test('keeps its filters in the address: sent on, gone back to, taken away', async () => {
    const { page, open } = await openVisitor(scope, browser, house)
    await open('/calls')
    await page.getByLabel('Status').click()
    await page.getByRole('option', { name: 'Busy' }).click()
    await until('the address', async () => new URL(page.url()).searchParams.get('status') === 'busy')
    await page.getByRole('row').nth(1).waitFor()
    const shown = await page.getByRole('row').allTextContents()
    expect(shown.slice(1).every((text) => text.includes('Busy'))).toBe(true)
    await page.getByRole('row').nth(1).getByRole('link').click()
    await until('the call', async () => new URL(page.url()).pathname.startsWith('/calls/call_'))
    await page.goBack()
    expect(new URL(page.url()).searchParams.get('status')).toBe('busy')
    await page.getByLabel('From number').fill('nobody')
    await page.getByLabel('From number').press('Enter')
    await page.getByText('No call matches these filters').waitFor()
    await page.getByRole('link', { name: 'Show all calls' }).click()
    await page.getByRole('row').nth(1).waitFor()
    expect(new URL(page.url()).search).toBe('')
  })

  test('says that the gateway is out of reach, and knows afterwards what happened meanwhile', async () => {
    const { page, context, open } = await openVisitor(scope, browser, house)
    await open('/calls')
    await page.getByLabel(/^Live: changes/).waitFor()
    const id = await dial('+15550100088')
    const row = page.getByRole('row').filter({ hasText: '+1 555 010 0088' })
    await row.getByText('Live').waitFor()
    await context.setOffline(true)
    await house.request('POST', `/v1/calls/${id}/hangup`)
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
    await context.setOffline(false)
    await row.getByText('Completed').waitFor()
  })
})
