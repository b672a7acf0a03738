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
  '/settings?tab=privacy',
  '/nowhere',
]

const looks = [
  { look: 'light', options: {} },
  { look: 'dark', options: { dark: true } },
  { look: 'narrow', options: { narrow: true } },
]

describe.skipIf(!hasChromium())('the pages', () => {
  const scope = new Scope('console pages')
  let house: House
  let browser: Browser
  let call: string
  let webhook: string
  beforeAll(async () => {
    house = scope.use(await openConsole())
    ;({ call, webhook } = await furnish(house))
    browser = await startChromium(scope)
  })
  afterAll(() => scope.close())

  describe.each(looks)('in $look', ({ look, options }) => {
    let visitor: Visitor
    beforeAll(async () => {
      visitor = await openVisitor(scope, browser, house, options)
    })

    test.each([...paths, '/calls/:call', '/settings/webhooks/:webhook'])('%s', async (path) => {
      visitor.complaints.length = 0
      await visitor.open(path.replace(':call', call).replace(':webhook', webhook))
      if (look !== 'narrow') expect(await barriers(visitor.page)).toEqual([])
      expect(await overflow(visitor.page)).toBe(0)
      expect(visitor.complaints).toEqual([])
    })

    test('the way in', async () => {
      const stranger = await openVisitor(scope, browser, house, { ...options, key: null })
      await stranger.open('/')
      expect(new URL(stranger.page.url()).pathname).toBe('/sign-in')
      expect(await barriers(stranger.page)).toEqual([])
      expect(await overflow(stranger.page)).toBe(0)
    })
  })
})
