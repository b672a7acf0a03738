import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded, stormy } from './fakes.ts'
import type { IncomingSession, Session } from './contract.ts'
import { answer, offer, Pair } from './pair.ts'

/** What the two do, and when: whatever comes of it, both must see the same end and leave nothing behind. */
const steps = [
  'accept',
  'progress',
  'refuse',
  'end-ours',
  'end-theirs',
  'reoffer-ours',
  'reoffer-theirs',
  'update-theirs',
  'info',
  'refer',
] as const
type Step = (typeof steps)[number]

const plan = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  loss: fc.constantFrom(0, 0.05, 0.2, 0.4),
  doubled: fc.constantFrom(0, 0.1, 0.5),
  late: fc.constantFrom(0, 20, 300, 900),
  lateOffer: fc.boolean(),
  steps: fc.array(fc.tuple(fc.constantFrom(...steps), fc.integer({ min: 0, max: 3000 })), { maxLength: 8 }),
})

const ignore = () => {}

function act(step: Step, ours: Session, theirs: IncomingSession | undefined): void {
  switch (step) {
    case 'accept':
      return theirs?.accept(answer)
    case 'progress':
      return theirs?.progress(183, answer)
    case 'refuse':
      return theirs?.refuse(486)
    case 'end-ours':
      return ours.end()
    case 'end-theirs':
      return theirs?.end()
    case 'reoffer-ours':
      return void ours.reoffer(offer).catch(ignore)
    case 'reoffer-theirs':
      return void theirs?.reoffer(answer).catch(ignore)
    case 'update-theirs':
      return void theirs?.reoffer(answer, 'update').catch(ignore)
    case 'info':
      return void ours.info('application/dtmf', '1').catch(ignore)
    case 'refer':
      return void theirs?.refer('sip:dave@192.0.2.7').catch(ignore)
  }
}

/** Offers are answered, transfers accepted. */
function obliging(session: Session): void {
  session.onEvent((event) => {
    if (event.type === 'offered') event.respond(answer)
    if (event.type === 'offer-wanted') event.respond(offer)
    if (event.type === 'refer') event.accept().notify(200, 'OK')
  })
}

async function play({
  seed,
  loss,
  doubled,
  late,
  lateOffer,
  steps,
}: typeof plan extends fc.Arbitrary<infer T> ? T : never) {
  const pair = new Pair({ seed, answer: obliging })
  pair.network.weather = { delay: 10, fate: stormy(seeded(seed), loss, doubled, late) }
  const ours = pair.call(lateOffer ? { offer: undefined } : {})
  obliging(ours)
  for (const [step, pause] of steps) {
    await pair.clock.advanceAsync(pause)
    act(step, ours, pair.bob.sessions[0])
  }
  // The weather clears: what nobody answered runs out, and both sides know alike how it stands.
  pair.network.weather = { delay: 10, fate: () => [0] }
  await pair.clock.advanceAsync(70_000)
  const [theirs] = pair.bob.sessions
  const agreed = { ours: ours.state === 'established', theirs: theirs?.state === 'established' }
  for (const session of [ours, ...pair.bob.sessions]) session.end()
  await pair.clock.advanceAsync(200_000)
  return { pair, agreed }
}

const ends = (events: readonly { readonly type: string }[]) => events.filter(({ type }) => type === 'ended').length

test('whatever is lost, doubled and reordered, every session ends once and leaves nothing behind', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (chosen) => {
      const { pair, agreed } = await play(chosen)
      expect(agreed.ours).toBe(agreed.theirs)
      expect(pair.errors).toEqual([])
      expect(ends(pair.alice.events)).toBe(1)
      expect(ends(pair.bob.events)).toBe(pair.bob.sessions.length)
      expect(pair.alice.agent.alive).toEqual({ transactions: 0, dialogs: 0, timers: 0, streams: 0 })
      expect(pair.bob.agent.alive).toEqual({ transactions: 0, dialogs: 0, timers: 0, streams: 0 })
      expect(pair.clock.pending).toBe(0)
    }),
    { numRuns: 60 },
  )
})

test('with a quarter lost and everything reordered, both sides still talk to each other', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const pair = new Pair({ seed })
    pair.network.weather = { delay: 10, fate: stormy(seeded(seed), 0.25, 0.2, 400) }
    const ours = pair.call()
    await pair.clock.advanceAsync(20_000)
    const [theirs] = pair.bob.sessions
    expect([seed, ours.state, theirs?.state]).toEqual([seed, 'established', 'established'])
    ours.end()
    await pair.clock.advanceAsync(100_000)
    expect([seed, theirs?.state, pair.alive]).toEqual([seed, 'ended', 0])
  }
})
