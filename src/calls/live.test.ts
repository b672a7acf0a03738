import { expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import { seededIds } from '../lib/ids.ts'
import { silentLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { CallPlan } from '../spec/call.ts'
import type { Engine } from './engine.ts'
import { liveInputs } from './inputs.ts'
import { LiveCall, type World } from './live.ts'
import { newCall } from './machine.ts'
import { recordCall } from './recording.ts'

const plan: CallPlan = {
  ...{ id: 'call_1', organization: 'org_1', direction: 'inbound', carrier: 'made-up', connection: 'con_1' },
  ...{ from: '+15551230001', to: '+15551230002', agent: 'agt_1', variables: {}, metadata: {} },
  ...{ ringTimeout: 30_000, maxDuration: 3_600_000, machineDetection: false, record: true, createdAt: 0 },
}

/** A call that is recorded, into a file that counts its bytes. */
function recorded() {
  const clock = new VirtualClock()
  const scope = new Scope('engine')
  const file = { bytes: 0, closed: 0 }
  const openRecording: Engine['openRecording'] = async (_, rate) =>
    recordCall({
      ...{ name: 'call_1.wav', rate, clock, logger: silentLogger },
      file: {
        write: async ({ length }) => void (file.bytes += length),
        patch: async () => undefined,
        close: async () => void file.closed++,
      },
    })
  const engine = { clock, scope, logger: silentLogger, store: {}, openRecording }
  // No event comes: neither the rest of the engine nor the world is asked for anything.
  const live = new LiveCall(
    engine as unknown as Engine,
    newCall(plan),
    liveInputs(clock, seededIds('live')),
    {} as World,
  )
  return { clock, scope, file, live }
}

test('a recording ends with the engine, whole, when nobody ended the call', async () => {
  const { clock, scope, file, live } = recorded()
  await live.recordingOpen(8_000)
  live.recording?.said.write(new Int16Array(160).fill(5))
  await clock.advanceAsync(3_500)
  await scope.close()
  // The header, and three and a half seconds of both sides.
  expect(file).toEqual({ bytes: 44 + 3.5 * 8_000 * 2 * 2, closed: 1 })
  expect(clock.pending).toBe(0)
})

test('a recording that opens when the engine has closed ends at once', async () => {
  const { clock, scope, file, live } = recorded()
  const opening = live.recordingOpen(8_000)
  await scope.close()
  await opening
  await clock.advanceAsync(5_000)
  expect([file.closed, clock.pending]).toEqual([1, 0])
})
