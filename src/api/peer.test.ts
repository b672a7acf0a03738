import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { tokenOf } from './media.ts'
import { peerOf } from './peer.ts'

const from = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded ? { 'x-forwarded-for': forwarded } : {},
  }) as unknown as IncomingMessage // the two members it reads

describe('the peer', () => {
  test('is the socket when no proxy is trusted, whatever the header claims', () => {
    expect(peerOf(from('203.0.113.9', '198.51.100.1'), [])).toBe('203.0.113.9')
  })

  test('is the first address before trusted proxies, not what the caller wrote before it', () => {
    expect(peerOf(from('127.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.7'), ['127.0.0.1', '10.0.0.0/8'])).toBe(
      '198.51.100.1',
    )
  })

  test('is the proxy itself when it forwards nothing', () => {
    expect(peerOf(from('::ffff:127.0.0.1'), ['127.0.0.1'])).toBe('::ffff:127.0.0.1')
  })
})

describe('the media token', () => {
  test.each([
    ['/media/abcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyz'],
    ['/prefix/media/abcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyz'],
    ['/media/abcdefghijklmnopqrstuvwxyz?x=1', 'abcdefghijklmnopqrstuvwxyz'],
    ['/media/short', undefined],
    ['/media/../../etc/passwd-passwd-passwd', undefined],
    ['/other/abcdefghijklmnopqrstuvwxyz', undefined],
  ])('of %s is %s', (url, token) => {
    expect(tokenOf(url)).toBe(token)
  })
})
