/** Every page, in light, in dark, and on a telephone: drawn without complaint, without barriers, not wider than its window. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { Scope } from '../../src/lib/scope.ts'
import type { House } from '../e2e/gateway.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { furnish } from './furnish.ts'
import { barriers, openConsole, openVisitor, overflow, type Visitor } from './visitor.ts'

const paths = [
  '/',
  '/calls',
  '/calls?status=failed&span=today',
  '/phone',
  '/simulate',
  '/live',
  '/agents',
  '/agents/new',
  '/agents/new?provider=pipeline',
  '/agents/agt_receptionist',
  '/numbers',
  '/numbers/new?connection=con_simulated',
  '/connections',
  '/connections/new',
  '/connections/new?kind=carrier&provider=twilio',
  '/connections/con_simulated',
  '/settings?tab=keys',
  '/settings?tab=people',
  '/settings?tab=webhooks',
  '/settings?tab=dialing',
  '/settings?tab=prices',
  '/settings?tab=privacy',
  '/nowhere',
]

const wide = { width: 1280, height: 800 }
const telephone = { width: 390, height: 844 }

describe.skipIf(!hasChromium())('the pages', () => {
  const scope = new Scope('console pages')
  let house: House
  let browser: Browser
  let call: string
  let webhook: string
  let visitor: Visitor
  beforeAll(async () => {
    house = scope.use(await openConsole())
    ;({ call, webhook } = await furnish(house))
    browser = await startChromium(scope)
    visitor = await openVisitor(scope, browser, house)
  })
  afterAll(() => scope.close())

  /** Whatever changes with the look of a page is drawn anew: by then the colours have changed too. */
  async function everyLook({ page }: Visitor): Promise<void> {
    expect(await barriers(page)).toEqual([])
    expect(await overflow(page)).toBe(0)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('html[data-theme="dark"]').waitFor({ state: 'attached' })
    expect(await barriers(page, ['color-contrast'])).toEqual([])
    await page.setViewportSize(telephone)
    expect(await overflow(page)).toBe(0)
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize(wide)
  }

  test.each([...paths, '/calls/:call', '/settings/webhooks/:webhook'])('%s', async (path) => {
    visitor.complaints.length = 0
    await visitor.open(path.replace(':call', call).replace(':webhook', webhook))
    await everyLook(visitor)
    expect(visitor.complaints).toEqual([])
  })

  test.each(['/', '/calls', '/calls/:call', '/connections/new?kind=carrier&provider=twilio'])(
    'opened on a telephone: %s',
    async (path) => {
      const narrow = await openVisitor(scope, browser, house, { narrow: true, dark: true })
      await narrow.open(path.replace(':call', call))
      expect(await barriers(narrow.page)).toEqual([])
      expect(await overflow(narrow.page)).toBe(0)
      expect(narrow.complaints).toEqual([])
      await narrow.context.close()
    },
  )

  test('the way in', async () => {
    const stranger = await openVisitor(scope, browser, house, { key: null })
    await stranger.open('/')
    expect(new URL(stranger.page.url()).pathname).toBe('/sign-in')
    await everyLook(stranger)
  })
})
