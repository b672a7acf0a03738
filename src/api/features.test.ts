import { expect, test } from 'vitest'
import { carriers } from '../providers/index.ts'
import { features } from '../spec/features.ts'
import { featuresOf } from './features.ts'

const bare = { ...carriers.find(({ name }) => name === 'twilio')!, shown: undefined, lacks: undefined }
const { control, cost: _cost, ...rest } = bare
const told = (spec: Parameters<typeof featuresOf>[0]) =>
  Object.fromEntries(featuresOf(spec).map(({ name, by, why }) => [name, why === undefined ? by : `${by}: ${why}`]))

test('what a carrier has commands for, it does itself', () => {
  expect(told(bare)).toMatchObject({
    transfer: 'carrier',
    'keys-out': 'carrier',
    price: 'carrier',
    recording: 'engine',
  })
  expect(featuresOf(bare).map(({ name }) => name)).toEqual(Object.keys(features))
})

test('what it lacks the engine does, or nobody, and it is said why', () => {
  const commands = control!.commands.filter(
    (one) => !['transfer', 'send-digits', 'record', 'leave-message'].includes(one),
  )
  const lacks = { transfer: 'It never could.' }
  const less = { ...rest, control: { ...control!, commands, detectsMachines: false as const }, lacks }
  expect(told(less)).toMatchObject({
    transfer: 'engine: By a second leg. It never could.',
    'keys-out': 'engine: As tones on the line. Twilio cannot.',
    voicemail: 'engine: By our own voice. Twilio cannot.',
    'machine-detection': 'engine: By ear. Twilio does not tell.',
    'recording-there': 'nobody: Twilio cannot.',
    price: 'nobody: Twilio does not tell.',
  })
  const inbound = { ...less, control: { ...control!, commands: ['answer', 'hangup'] as const } }
  expect(told(inbound)).toMatchObject({
    'calls-out': 'nobody: Calls only come in by Twilio',
    transfer: told(inbound)['calls-out'],
  })
})

test('shown is what the suite has shown, and never what nobody does', () => {
  const shown = ['transfer', 'price'] as const
  const marked = (spec: typeof bare | typeof rest) =>
    featuresOf({ ...spec, shown }).flatMap((one) => (one.shown ? [one.name] : []))
  expect(marked(bare)).toEqual(['transfer', 'price'])
  // A carrier that tells its price by itself has no way to ask for it.
  expect(marked(rest)).toEqual(['price'])
})
