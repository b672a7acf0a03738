import { describe, expect, test } from 'vitest'
import { dialingDefaults, forbidden } from './targets.ts'

const us = '+14155550100'
const rules = (over: Partial<typeof dialingDefaults>) => ({ ...dialingDefaults, ...over })

describe('unless somebody chose otherwise', () => {
  test.each([
    ['+12125550100', us],
    ['+16045550100', us],
    ['+442079460000', '+447700900000'],
    ['sip:ada@example.com', us],
    ['1001', us],
  ])('%s may be called by %s', (to, as) => expect(forbidden(to, as, dialingDefaults)).toBeUndefined())

  test.each([
    ['+442079460000', us, 'abroad'],
    ['+18765550100', us, 'abroad'],
    ['+18095550100', us, 'abroad'],
    ['+19005550100', us, 'premium'],
    ['+12129765555', us, 'premium'],
    ['+88213000000', us, 'premium'],
    ['+449012345678', '+447700900000', 'premium'],
    ['+49900123456', '+4930123456', 'premium'],
    ['+12125550100', 'sip:desk@example.com', 'abroad'],
  ])('%s may not be called by %s: %s', (to, as, why) => expect(forbidden(to, as, dialingDefaults)).toContain(why))
})

describe('what an organization allows', () => {
  test('foreign and premium numbers, each for itself', () => {
    expect(forbidden('+442079460000', us, rules({ foreign: true }))).toBeUndefined()
    expect(forbidden('+449012345678', us, rules({ foreign: true }))).toContain('premium')
    expect(forbidden('+19005550100', us, rules({ premium: true }))).toBeUndefined()
  })

  test('an entry is permission for what it covers, and then nothing else is covered', () => {
    const allow = ['+4420', '+1', 'sip:*@pbx.example.com']
    expect(forbidden('+442079460000', us, rules({ allow }))).toBeUndefined()
    expect(forbidden('+19005550100', us, rules({ allow }))).toBeUndefined()
    expect(forbidden('sip:ada@PBX.example.com', us, rules({ allow }))).toBeUndefined()
    expect(forbidden('sip:ada@pbx.example.com.evil.net', us, rules({ allow }))).toContain('allow-list')
    expect(forbidden('sip:ada@pbxxexample.com', us, rules({ allow }))).toContain('allow-list')
    expect(forbidden('+441315550100', us, rules({ allow }))).toContain('abroad')
  })

  test('the block-list wins', () => {
    expect(forbidden('+12125550100', us, rules({ allow: ['+1'], block: ['+1212'] }))).toContain('block-list')
  })
})
