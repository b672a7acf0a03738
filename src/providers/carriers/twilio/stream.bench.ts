/** Cost of a media message each way: `node src/providers/carriers/twilio/stream.bench.ts`. */
import { bench, do_not_optimize, run } from 'mitata'
import { callSid, streamSid } from './examples.ts'
import { stream } from './stream.ts'

const frame = Buffer.from(Array.from({ length: 160 }, (_, index) => (index * 37) & 0xff))
const start = `{"event":"start","streamSid":"${streamSid}","start":{"callSid":"${callSid}"}}`
const state = stream.step(stream.begin(), { type: 'message', message: { text: start } }).state
const payload = frame.toString('base64')

/** A fresh flat string each time, as a socket delivers it; the reading of the bytes is part of the figure. */
const wire = Buffer.from(
  `{"event":"media","sequenceNumber":"1203","streamSid":"${streamSid}","media":{"track":"inbound","chunk":"1201","timestamp":"24020","payload":"${payload}"}}`,
)
const spelled = Buffer.from(JSON.stringify(JSON.parse(wire.toString()), null, 1))

bench('socket bytes to text alone', () => do_not_optimize(wire.toString('latin1')))
bench('media in, as Twilio writes it', () => do_not_optimize(stream.sound?.read(state, wire)))
bench('media in, as Twilio writes it (JSON.parse)', () =>
  do_not_optimize(stream.step(state, { type: 'message', message: { text: wire.toString('latin1') } })))
bench('media in, spelled otherwise (JSON.parse)', () =>
  do_not_optimize(stream.step(state, { type: 'message', message: { text: spelled.toString('latin1') } })))
bench('audio out', () => do_not_optimize(stream.sound?.write(state, frame)))
bench('audio out, as a text', () => do_not_optimize(stream.step(state, { type: 'audio', payload: frame })))
bench('audio out, to socket bytes', () => {
  const [message] = stream.step(state, { type: 'audio', payload: frame }).messages
  do_not_optimize(Buffer.from((message as { text: string }).text, 'latin1')) // Twilio's messages are text
})
await run()
