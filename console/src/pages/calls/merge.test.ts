import { describe, expect, test } from 'vitest'
import type { Schemas } from '../../lib/api.ts'
import { mergeCalls, type CallPage } from './merge.ts'

const call = (id: string, createdAt: number, status = 'completed') =>
  ({ id, createdAt, status }) as unknown as Schemas['Call'] // what the list is merged by
const page = (next: string | null, ...items: Schemas['Call'][]): CallPage => ({ items, next })
const shown = (pages: readonly CallPage[]) => pages.map(({ items }) => items.map(({ id, status }) => `${id} ${status}`))

describe('a list of calls', () => {
  test('takes new calls at its head and keeps the others, once', () => {
    const pages = [page('c1', call('b', 2), call('a', 1)), page(null, call('z', 0))]
    const merged = mergeCalls(pages, page('c2', call('c', 3), call('b', 2)))
    expect(shown(merged)).toEqual([['c completed', 'b completed', 'a completed'], ['z completed']])
    expect(merged[0]?.next).toBe('c1')
  })

  test('drops what no longer matches the filters', () => {
    const pages = [page('c1', call('c', 3, 'ringing'), call('b', 2, 'ringing'), call('a', 1, 'ringing'))]
    expect(shown(mergeCalls(pages, page('c2', call('b', 2, 'ringing'))))).toEqual([['b ringing', 'a ringing']])
    expect(shown(mergeCalls(pages, page(null, call('b', 2, 'ringing'))))).toEqual([['b ringing']])
  })

  test('replaces what changed further down', () => {
    const pages = [page('c1', call('c', 3)), page(null, call('a', 1, 'in-progress'))]
    expect(shown(mergeCalls(pages, page('c1', call('c', 3)), [call('a', 1)]))).toEqual([
      ['c completed'],
      ['a completed'],
    ])
  })

  test('that was not loaded yet is its first page', () => {
    expect(mergeCalls([], page(null))).toEqual([page(null)])
  })
})
