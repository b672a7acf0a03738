/** What a call cost and where its time went, as its page shows them: by eye, by keyboard, by ear. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import { organization } from '../../src/main/seed.ts'
import type { CallEvent } from '../../src/spec/event.ts'
import type { House } from '../e2e/gateway.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { manyCalls } from './furnish.ts'
import { barriers, openConsole, openVisitor, type Visitor } from './visitor.ts'

describe.skipIf(!hasChromium())('a call’s page', () => {
  const scope = new Scope('console costs')
  let house: House
  let visitor: Visitor
  let call: string
  beforeAll(async () => {
    house = scope.use(await openConsole())
    call = (await manyCalls(house, 1))[0] ?? ''
    const { journal } = house.gateway.store
    const usage = [
      { part: 'llm', provider: 'openai-responses', model: 'gpt-4.1-mini', usage: { inputTokens: 1_000_000 } },
      { part: 'tts', provider: 'made-up', usage: { characters: 812 } },
    ] as const
    const timings = { endOfTurn: 600, transcript: 720, firstToken: 1_000, firstAudio: 1_300, firstSent: 1_310 }
    const events: readonly CallEvent[] = [
      { type: 'turn.measured', turn: 1, timings: { ...timings, firstAudible: 1_400 } },
      { type: 'cost.known', amount: 0.0085, currency: 'USD' },
    ]
    for (const [index, event] of events.entries())
      await journal.append({
        ...{ organization, call, sequence: index + 1, at: Date.now(), event },
        ...(event.type === 'cost.known' ? { patch: { cost: { amount: 0.0085, currency: 'USD' }, usage } } : {}),
      })
    visitor = await openVisitor(scope, await startChromium(scope), house)
  })
  afterAll(() => scope.close())

  test('shows each part’s cost, the sum of what is known, and what is not', async () => {
    const { page, open } = visitor
    await open(`/calls/${call}?tab=details`)
    const row = (name: string) => page.getByRole('row').filter({ hasText: name })
    await row('gpt-4.1-mini').waitFor()
    expect(await row('gpt-4.1-mini').textContent()).toContain('US$0.40')
    expect(await row('made-up').textContent()).toContain('Unknown: no price per 1k characters')
    expect(await row('Together').textContent()).toContain('US$0.4085 + unknown')
    await page.getByRole('link', { name: 'give it one' }).click()
    await page.getByRole('tab', { name: 'Prices', selected: true }).waitFor()
  })

  test('shows where the time of a turn went, also without a pointer, and to those who see no bars', async () => {
    const { page, open } = visitor
    await open(`/calls/${call}?tab=timings`)
    const bar = page.getByRole('button', { name: /^Turn 1: End of turn 600 ms/ })
    await bar.focus()
    await page.getByText('Silence 90 ms').first().waitFor()
    await page.getByText('In numbers').press('Enter')
    const cells = page.getByRole('table').getByRole('row').nth(1).getByRole('cell')
    expect(await cells.allTextContents()).toEqual(['600 ms', '120 ms', '280 ms', '300 ms', '10 ms', '90 ms', '1.4 s'])
    expect(await barriers(page)).toEqual([])
  })
})
