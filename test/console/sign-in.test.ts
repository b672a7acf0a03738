/** The way in and out: by code, by password, by key; refused, returned to where one was, signed out from elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { Scope } from '../../src/lib/scope.ts'
import type { House } from '../e2e/gateway.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'
import { openConsole, openVisitor } from './visitor.ts'

const password = 'analytical engine'

describe.skipIf(!hasChromium())('signing in', () => {
  const scope = new Scope('console sign-in')
  let house: House
  let browser: Browser
  beforeAll(async () => {
    house = scope.use(await openConsole())
    for (const role of ['owner', 'viewer'] as const)
      await house.client.POST('/v1/users', {
        body: { name: `The ${role}`, email: `${role}@example.com`, role, password },
      })
    browser = await startChromium(scope)
  })
  afterAll(() => scope.close())
  const stranger = () => openVisitor(scope, browser, house, { key: null })

  test('a key that is wrong is refused in a sentence, the right one leads to where one wanted to go', async () => {
    const { page, open } = await stranger()
    await open('/calls?status=failed')
    await page.getByRole('tab', { name: 'API key' }).click()
    await page.getByLabel('API key', { exact: true }).last().fill('ohk_wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    expect(await page.getByRole('alert').textContent()).toMatch(/\.$/)
    await page.getByLabel('API key', { exact: true }).last().fill(house.key)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Calls' }).waitFor()
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/calls?status=failed')
  })

  test('an address in the URL that is not ours is not gone to', async () => {
    const { page } = await stranger()
    await page.goto('/sign-in?to=//evil.example/')
    await page.getByRole('tab', { name: 'Password' }).click()
    await page.getByLabel('Email').fill('owner@example.com')
    await page.getByLabel('Password', { exact: true }).last().fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('navigation').first().waitFor()
    expect(page.url()).toBe(`${house.url}/`)
  })

  test('a viewer is shown no way to change anything', async () => {
    const { page, context, open } = await stranger()
    await context.request.post('/v1/session', { data: { email: 'viewer@example.com', password } })
    await open('/connections')
    expect(await page.getByRole('link', { name: 'Connect', exact: true }).count()).toBe(0)
    await open('/settings')
    expect(await page.getByRole('tab').allTextContents()).toEqual(['Webhooks', 'Dialing', 'Prices', 'Privacy'])
    expect(await page.getByRole('button', { name: 'New webhook' }).count()).toBe(0)
    await open('/agents/agt_receptionist')
    expect(await page.getByLabel('Name', { exact: true }).isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: /Save|Remove/ }).count()).toBe(0)
  })

  test('signing out leaves nothing behind', async () => {
    const { page, open, context } = await openVisitor(scope, browser, house)
    await open('/agents')
    await page.getByRole('button', { name: /First admin key/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: /Sign in/ }).waitFor()
    expect((await context.request.get('/v1/session')).status()).toBe(401)
    await page.goBack()
    await page.getByRole('heading', { name: /Sign in/ }).waitFor()
  })

  test('a session that ends elsewhere leads to the sign-in, and back again', async () => {
    const { page, open, context } = await openVisitor(scope, browser, house)
    await open('/numbers')
    await context.request.delete('/v1/session', { headers: { origin: house.url } })
    await page.getByRole('heading', { name: /Sign in/ }).waitFor()
    expect(new URL(page.url()).searchParams.get('to')).toBe('/numbers')
  })

  test('one can change one’s own password, and the old one is over', async () => {
    const { page, open, context } = await stranger()
    await house.client.POST('/v1/users', {
      body: { name: 'Grace', email: 'grace@example.com', role: 'operator', password },
    })
    await context.request.post('/v1/session', { data: { email: 'grace@example.com', password } })
    await open('/agents')
    await page.getByRole('button', { name: /Grace/ }).click()
    await page.getByRole('menuitem', { name: /Change password/ }).click()
    await page.getByLabel('Current password').fill('not the one it is')
    await page.getByLabel('New password').fill('a compiler of one’s own')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await page.getByLabel('Current password').fill(password)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Your password was changed').first().waitFor()
    const old = await context.request.post('/v1/session', { data: { email: 'grace@example.com', password } })
    expect(old.status()).toBe(401)
  })
})
