/** The console without a pointer: skip link, menus, dialogs, rows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { Scope } from '../../src/lib/scope.ts'
import type { House } from '../e2e/gateway.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { manyCalls } from './furnish.ts'
import { openConsole, openVisitor, type Visitor } from './visitor.ts'

const focused = (page: Page) =>
  page.evaluate<string>(`document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`)

describe.skipIf(!hasChromium())('by keyboard', () => {
  const scope = new Scope('console keyboard')
  let house: House
  let visitor: Visitor
  beforeAll(async () => {
    house = scope.use(await openConsole())
    await manyCalls(house, 3)
    visitor = await openVisitor(scope, await startChromium(scope), house)
  })
  afterAll(() => scope.close())

  test('the first stop skips the navigation', async () => {
    const { page, open } = visitor
    await open('/calls')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Simulate a call')
  })

  test('a row is opened with Enter', async () => {
    const { page, open } = visitor
    await open('/calls')
    await page.getByRole('row').nth(1).getByRole('link').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/calls/call_*')
  })

  test('the account’s menu opens, changes the theme, and gives the focus back', async () => {
    const { page, open } = visitor
    await open('/agents')
    const account = page.getByRole('button', { name: /First admin key/ })
    await account.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitemradio', { name: 'Dark' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
    await page.keyboard.press('Escape')
    await page.reload()
    await page.locator('main h1').waitFor()
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
  })

  test('a dialog keeps the focus, is left with Escape, and gives it back', async () => {
    const { page, open } = visitor
    await open('/settings?tab=keys')
    const opener = page.getByRole('button', { name: 'New key' })
    await opener.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'New API key' })
    await dialog.waitFor()
    for (let step = 0; step < 14; step += 1) {
      await page.keyboard.press('Tab')
      // At either end a guard has the focus for an instant, and hands it round.
      await dialog.locator(':focus').waitFor()
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('New key')
  })

  test('a dialog opened from a menu gives the focus back to the menu’s button', async () => {
    const { page, open } = visitor
    await open('/numbers')
    await page
      .getByRole('button', { name: /^More for/ })
      .first()
      .focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Label…' }).waitFor()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await focused(page)).toMatch(/^More for/)
  })
})
