/** What recording costs on the frame path and per batch: `node src/lib/recorder.bench.ts`. Figures stand in the README. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bench, run } from 'mitata'
import { VirtualClock } from './clock.ts'
import { silentLogger } from './log.ts'
import { createRecorder } from './recorder.ts'
import { encodeInput } from './recording.ts'

const mulaw = Buffer.alloc(160, 0x55)
const message = Buffer.from(
  JSON.stringify({ event: 'media', sequenceNumber: '4', media: { payload: mulaw.toString('base64') } }),
)
const parsed = { event: 'media', sequenceNumber: '4' }
// Nothing is written: the clock stands still, and the recorder is renewed before it is full.
const options = {
  path: join(tmpdir(), 'unwritten'),
  call: 'call_1',
  clock: new VirtualClock(),
  log: silentLogger,
  maxPending: 1 << 16,
}

for (const [name, data] of Object.entries({ 'µ-law frame': mulaw, 'media message': message, 'JSON value': parsed })) {
  bench(`input: ${name}`, function* () {
    let recorder = createRecorder(options)
    let count = 0
    yield () => {
      if (++count % (1 << 16) === 0) recorder = createRecorder(options)
      recorder.input('wire', data, { time: count, frame: count })
    }
  })
  bench(`batch: ${name}`, () => encodeInput({ kind: 'wire', data, time: 1234.5678, frame: 61 }))
}

await run()
