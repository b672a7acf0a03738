import { expect, test } from 'vitest'
import { flowOf } from './stats.ts'
import { Watch } from './watch.ts'

const flow = (sent: number, received: number, lost = 0) => ({
  ...flowOf([]),
  packetsSent: sent,
  packetsReceived: received,
  packetsLost: lost,
})

test('says nothing before it has seen a few seconds', () => {
  const watch = new Watch()
  watch.look({ flow: flow(0, 0), microphone: -100, heard: -100, now: 0 })
  watch.look({ flow: flow(50, 0), microphone: -100, heard: -100, now: 1_000 })
  expect(watch.facts()).toEqual({
    recently: undefined,
    microphonePeak: undefined,
    heardPeak: undefined,
    agentSpeakingFor: 0,
  })
})

test('compares the last five seconds', () => {
  const watch = new Watch()
  for (let second = 0; second <= 8; second++)
    watch.look({
      flow: flow(second * 50, second * 40, second),
      microphone: second === 4 ? -20 : -80,
      heard: -90,
      now: second * 1_000,
    })
  expect(watch.facts()).toMatchObject({
    recently: { sent: 250, received: 200, lost: 5 },
    microphonePeak: -20,
    heardPeak: -90,
  })
})

test('counters that start anew are no loss', () => {
  const watch = new Watch()
  watch.look({ flow: flow(900, 900), microphone: -20, heard: -20, now: 0 })
  watch.look({ flow: flow(10, 10), microphone: -20, heard: -20, now: 4_000 })
  expect(watch.facts().recently).toBeUndefined()
})

test('knows for how long the agent has been speaking', () => {
  const watch = new Watch()
  watch.agentSpeaks(true, 1_000)
  watch.look({ flow: undefined, microphone: -20, heard: -20, now: 3_500 })
  expect(watch.facts().agentSpeakingFor).toBe(2_500)
  watch.agentSpeaks(false, 3_600)
  expect(watch.facts().agentSpeakingFor).toBe(0)
})
