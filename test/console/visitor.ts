/** Somebody in a browser, on the console of a real gateway. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Scope } from '../../src/lib/scope.ts'
import { ownProviders } from '../../src/main/providers.ts'
import { openHouse, type House, type HouseOptions } from '../e2e/gateway.ts'

/** A gateway with everything that people get, its simulators included. */
export function openConsole(options: HouseOptions = {}): Promise<House> {
  return openHouse({ providers: ownProviders, ...options })
}

export interface VisitorOptions {
  readonly dark?: boolean
  /** A telephone: 390 × 844. */
  readonly narrow?: boolean
  /** Default: the admin key. Null: nobody. */
  readonly key?: string | null
}

export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page complained of: exceptions, and errors on its console. */
  readonly complaints: string[]
  /** Goes there and waits until the page has drawn itself. */
  open(path: string): Promise<void>
}

export async function openVisitor(
  scope: Scope,
  browser: Browser,
  house: House,
  options: VisitorOptions = {},
): Promise<Visitor> {
  const { dark = false, narrow = false, key = house.key } = options
  const context = await browser.newContext({
    baseURL: house.url,
    viewport: narrow ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  })
  scope.defer(() => context.close())
  if (key !== null) {
    const answer = await context.request.post('/v1/session', { data: { key } })
    if (!answer.ok()) throw new Error(`not signed in: ${await answer.text()}`)
  }
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  return {
    ...{ page, context, complaints },
    async open(path) {
      await page.goto(path)
      await page.locator('main h1').first().waitFor()
      await page.locator('[data-skeleton]').first().waitFor({ state: 'detached' })
    },
  }
}

/** What axe finds on the page as it stands, as sentences. `rules`: only these. */
export async function barriers(page: Page, rules?: string[]): Promise<readonly string[]> {
  const builder = new AxeBuilder({ page })
  const { violations } = await (rules ? builder.withRules(rules) : builder).analyze()
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help} (${node.target.join(' ')})`))
}

/** How far the page is wider than its window, px. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>(
    `Math.max(...[document.documentElement, document.querySelector('#content')].map((one) => one ? one.scrollWidth - one.clientWidth : 0))`,
  )
}
