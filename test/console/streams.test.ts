/** The stream address of a number: shown, copied, made void. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import type { House } from '../e2e/gateway.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { barriers, openConsole, openVisitor, type Visitor } from './visitor.ts'

describe.skipIf(!hasChromium())('the stream address of a number', () => {
  const scope = new Scope('console streams')
  let house: House
  let visitor: Visitor
  beforeAll(async () => {
    house = scope.use(await openConsole())
    visitor = await openVisitor(scope, await startChromium(scope), house)
  })
  afterAll(() => scope.close())

  async function address(): Promise<string> {
    const { page, open } = visitor
    await open('/numbers')
    await page
      .getByRole('button', { name: /^More for/ })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'Stream address…' }).click()
    const dialog = page.getByRole('dialog', { name: /^Stream address of/ })
    return (await dialog.getByText(/^ws.*\/media\/ohs_/).textContent()) ?? ''
  }

  test('is the same whenever it is looked at, and stands in nobody’s way', async () => {
    const first = await address()
    expect(first).toMatch(/^ws:\/\/[\w.:]+\/media\/ohs_[\w-]+$/)
    expect(await barriers(visitor.page)).toEqual([])
    expect(await address()).toBe(first)
  })

  test('is void when it was revoked: the next one is another', async () => {
    const before = await address()
    const { page } = visitor
    await page.getByRole('button', { name: 'Make all addresses of this connection void' }).click()
    await page.getByText('All stream addresses of this connection are void').waitFor()
    expect(await address()).not.toBe(before)
  })
})
