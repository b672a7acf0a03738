/** What holds for work that waits. */
import { describe, expect, test } from 'vitest'
import type { Setting } from './setting.ts'

export function jobSuite(setting: Setting): void {
  const named = (names: readonly string[], priority?: number) =>
    names.map((name) => ({ data: { name }, ...(priority === undefined ? {} : { priority }) }))
  const namesOf = (jobs: readonly { readonly data: Readonly<Record<string, unknown>> }[]) =>
    jobs.map(({ data }) => String(data['name']))

  describe('jobs', () => {
    test('are taken in order, the urgent ones first, each once', async () => {
      const { jobs } = setting.store
      const queue = (await setting.tenant()).fresh('queue')
      for (const name of ['one', 'two', 'three']) await jobs.add(queue, named([name]))
      await jobs.add(queue, named(['urgent'], 5))
      expect(namesOf(await jobs.take(queue, 2))).toEqual(['urgent', 'one'])
      expect(namesOf(await jobs.take(queue, 9))).toEqual(['two', 'three'])
      expect(await jobs.take(queue, 9)).toEqual([])
    })

    test('of one queue are not those of another', async () => {
      const { jobs } = setting.store
      const tenant = await setting.tenant()
      const [first, second] = [tenant.fresh('queue'), tenant.fresh('queue')]
      await jobs.add(first, named(['mine']))
      expect(await jobs.take(second, 1)).toEqual([])
      expect(namesOf(await jobs.take(first, 1))).toEqual(['mine'])
    })

    test('of two takers at once go to one', async () => {
      const { jobs } = setting.store
      const queue = (await setting.tenant()).fresh('queue')
      const names = Array.from({ length: 40 }, (_, index) => `job ${index}`)
      await jobs.add(queue, named(names))
      const taken = await Promise.all(Array.from({ length: 8 }, () => jobs.take(queue, 5)))
      expect(namesOf(taken.flat()).toSorted()).toEqual(names.toSorted())
    })

    test('that are done are not offered again; what its taker left behind is', async () => {
      const { jobs } = setting.store
      const queue = (await setting.tenant()).fresh('queue')
      for (const name of ['done', 'left', 'waiting']) await jobs.add(queue, named([name]))
      const [done] = await jobs.take(queue, 2)
      await jobs.done(queue, [done!.id])
      expect(await jobs.reclaim(queue)).toBe(1)
      expect(namesOf(await jobs.take(queue, 9)).toSorted()).toEqual(['left', 'waiting'])
      expect(await jobs.reclaim('queue_nobody_used')).toBe(0)
    })
  })
}
