import { describe, expect, test } from 'vitest'
import { formatAddress, isPrivateAddress, plainAddress, readBlock } from './address.ts'

describe('addresses', () => {
  test.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['FE80::1%eth0', 'fe80::1'],
    ['192.0.2.1', '192.0.2.1'],
  ])('%s is plainly %s', (given, plain) => expect(plainAddress(given)).toBe(plain))

  test('are written with brackets where colons would mislead', () => {
    expect(formatAddress({ address: '2001:db8::1', port: 5060 })).toBe('[2001:db8::1]:5060')
    expect(formatAddress({ address: '192.0.2.1', port: 5060 })).toBe('192.0.2.1:5060')
  })

  test.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '192.0.2.1', false],
    ['0.0.0.0/0', '203.0.113.5', true],
  ])('%s holds %s: %s', (block, address, holds) => expect(readBlock(block)?.(address)).toBe(holds))

  test.each(['', 'pbx.example.com', '192.0.2.0/33', '192.0.2.0/24/1', '192.0.2.0/x'])('"%s" is no block', (text) =>
    expect(readBlock(text)).toBeUndefined(),
  )

  test.each([
    ['192.168.1.4', true],
    ['100.64.0.9', true],
    ['::1', true],
    ['fd00::9', true],
    ['203.0.113.9', false],
    ['2001:db8::1', false],
  ])('%s is private: %s', (address, is) => expect(isPrivateAddress(address)).toBe(is))
})
