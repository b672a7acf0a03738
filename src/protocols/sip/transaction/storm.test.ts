/** Whatever the network does: every request ends, everybody is told once, and nothing is left. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { responseTo } from '../message/build.ts'
import type { ServerTransaction } from './contract.ts'
import { asking, bobs, nothing, world } from './fakes.ts'

/** What a datagram meets: lost, once, twice, late. A few are drawn and then met in turn. */
const fates = fc.array(fc.constantFrom([], [0], [0], [0, 30], [700], [0, 4000], [9000]), {
  minLength: 1,
  maxLength: 12,
})

const scripts = fc.record({
  method: fc.constantFrom('INVITE', 'OPTIONS', 'BYE'),
  /** What bob answers: after so many ms, these. */
  answers: fc.array(fc.constantFrom(180, 183, 200, 404, 486, 503), { minLength: 1, maxLength: 3 }),
  pause: fc.constantFrom(0, 150, 1000, 5000),
  cancelAfter: fc.option(fc.constantFrom(10, 400, 3000)),
})

type Script = typeof scripts extends fc.Arbitrary<infer S> ? S : never

/** How it ended, as its user heard it: each refusal and failure, and each different acceptance. */
async function play(script: Script, drawn: readonly (readonly number[])[]) {
  const ends: string[] = []
  const tell = (end: string) => {
    if (!end.startsWith('2') || !ends.includes(end)) ends.push(end)
  }
  const { clock, network, alice, run, alive } = world({ bob: { onRequest: (server) => answer(server) } })
  const answer = (server: ServerTransaction) => {
    const respond = (status: number) => server.respond(responseTo(server.request, status, { toTag: 'b' }))
    for (const [index, status] of script.answers.entries())
      clock.timer(script.pause * (index + 1), () => respond(status))
    // Whoever only rang refuses in the end.
    clock.timer(60_000, () => respond(480))
  }
  let datagrams = 0
  network.weather = { delay: 20, fate: () => drawn[datagrams++ % drawn.length]! }
  const call = alice.stack.request(
    { build: () => asking(script.method), targets: [bobs] },
    { onResponse: ({ status }) => status >= 200 && tell(String(status)), onFailed: tell },
  )
  // A caller who hears it ring, and nothing else ever after, hangs up in the end.
  clock.timer(script.cancelAfter ?? 150_000, () => call.cancel())
  await run(400_000)
  return { ends, left: [...alive(), clock.pending] }
}

test('a request in any weather ends once, and leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(scripts, fates, async (script, drawn) => {
      const { ends, left } = await play(script, drawn)
      expect(left).toEqual([...nothing, 0])
      expect(ends).toHaveLength(1)
    }),
    { numRuns: 60 },
  )
})
