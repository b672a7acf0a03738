/** What a carrier can, as its specification declares it and as the live conformance suite has shown. */
import type { CommandType } from '../spec/call.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import { features, type Feature, type FeatureName } from '../spec/features.ts'

/** In the order of the matrix. */
export function featuresOf(spec: CarrierSpec): readonly Feature[] {
  const shown = new Set<string>(spec.shown)
  return namesOf(features).map((name) => {
    const [by, why] = whoDoes(name, spec)
    return { name, label: features[name], by, shown: by !== 'nobody' && shown.has(name), ...(why ? { why } : {}) }
  })
}

function namesOf<T extends object>(table: T): readonly (keyof T)[] {
  return Object.keys(table) as (keyof T)[] // keys of the table are its names
}

type Doer = readonly [by: Feature['by'], why?: string]

function whoDoes(name: FeatureName, spec: CarrierSpec): Doer {
  const { control, stream, label, lacks } = spec
  const takes = (command: CommandType): boolean => control?.commands.includes(command) ?? false
  const why = (usual: string): string => lacks?.[name] ?? usual
  const only = (there: boolean, usual: string): Doer => (there ? ['carrier'] : ['nobody', why(usual)])
  const dials = takes('dial')
  const here: Doer = ['nobody', `Calls only come in by ${label}`]
  const instead = (command: CommandType, how: string): Doer =>
    takes(command) ? ['carrier'] : dials ? ['engine', `${how}. ${why(`${label} cannot.`)}`] : here
  switch (name) {
    case 'calls-in':
      return only(takes('answer'), `${label} brings no calls`)
    case 'calls-out':
      return dials ? ['carrier'] : here
    case 'doubt':
    case 'take-back':
      return dials ? only(lacks?.[name] === undefined, '') : here
    case 'signatures':
      return only(spec.webhook !== undefined || (dials && spec.listen !== undefined), 'Nothing is told by webhook')
    case 'hangup':
      return only(takes('hangup'), `${label} ends calls by itself`)
    case 'keys-in':
      return only(stream !== undefined, 'There is no sound')
    case 'recording':
    case 'reconnect':
      return stream ? ['engine'] : ['nobody', 'There is no sound']
    case 'barge-in':
      return stream?.clears === false
        ? ['engine', 'Little is sent ahead: what was sent cannot be taken back']
        : ['carrier']
    case 'keys-out':
      return takes('send-digits') ? ['carrier'] : ['engine', `As tones on the line. ${why(`${label} cannot.`)}`]
    case 'transfer':
    case 'give-back':
      return instead('transfer', 'By a second leg')
    case 'voicemail':
      return instead('leave-message', 'By our own voice')
    case 'machine-detection':
      if (!dials) return here
      return control?.detectsMachines === false ? ['engine', `By ear. ${why(`${label} does not tell.`)}`] : ['carrier']
    case 'recording-there':
      return only(takes('record'), `${label} cannot.`)
    case 'price':
      return only(spec.cost !== undefined || spec.shown?.includes(name) === true, `${label} does not tell.`)
    default:
      return name satisfies never
  }
}
