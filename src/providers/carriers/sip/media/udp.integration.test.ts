import { afterAll, expect, test } from 'vitest'
import { realClock } from '../../../../lib/clock.ts'
import { randomIds } from '../../../../lib/ids.ts'
import { heardCall } from './fakes.ts'
import { openMedia, type Media } from './media.ts'
import { Ports } from './ports.ts'

/** Two allocators, as two processes on one host have them. */
const range = { first: 0, last: 0 }
const open = (given = range) => new Ports({ clock: realClock, fraction: () => randomIds.fraction(), range: given })
const all: Ports[] = []
const ports = (given = range): Ports => {
  const made = open(given)
  all.push(made)
  return made
}
afterAll(async () => {
  for (const one of all) await one.close()
})

const media = (address: string): Promise<Media> =>
  openMedia({
    ...{ clock: realClock, ids: randomIds, ports: ports(), bind: address, advertised: address, codecs: ['pcma'] },
    on: { timedOut: () => undefined },
  })

test.each(['127.0.0.1', '::1'])('sound passes between two real sockets on %s', async (address) => {
  const [one, other] = [await media(address), await media(address)]
  const answer = other.answer(one.offer())
  if (!answer.ok) throw new Error(answer.why)
  one.answered(answer.sdp)
  const [near, far] = [heardCall(), heardCall()]
  await one.connect(near.call)
  await other.connect(far.call)
  const wanted = new Uint8Array(160).fill(77)
  await expect
    .poll(
      () => {
        near.say(wanted)
        return far.frames.some(({ payload }) => payload[0] === 77)
      },
      { timeout: 5000 },
    )
    .toBe(true)
  one.close()
  other.close()
})

test('two allocators never give the same port, nor one that rests', async () => {
  const own = ports()
  const first = await own.take('127.0.0.1')
  const { port } = first.rtp.local
  const beside = ports({ first: port, last: port + 1 })
  await expect(beside.take('127.0.0.1')).rejects.toMatchObject({ code: 'media.unavailable' })
  first.release()
  await expect(beside.take('127.0.0.1')).rejects.toMatchObject({ code: 'media.unavailable' })
  await own.close()
  expect((await beside.take('127.0.0.1')).rtp.local.port).toBe(port)
})
