import { expect, test } from 'vitest'
import { answer, Pair } from './pair.ts'

test('a call is made, answered and hung up', async () => {
  const pair = new Pair()
  const { ours, theirs } = await pair.talk()
  expect(pair.alice.events).toMatchObject([{ type: 'established', sdp: answer }])
  expect(pair.bob.events).toMatchObject([{ type: 'established' }])
  expect(pair.ladder).toEqual(['> INVITE', '< 200 INVITE', '> ACK'])
  ours.end()
  await pair.settle()
  expect(pair.ladder.slice(3)).toEqual(['> BYE', '< 200 BYE'])
  expect(theirs.state).toBe('ended')
  expect(pair.bob.events.at(-1)).toMatchObject({ type: 'ended', end: { by: 'peer' } })
  expect(pair.alive).toBe(0)
  expect(pair.clock.pending).toBe(0)
})
