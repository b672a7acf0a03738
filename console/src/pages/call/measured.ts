/** How the sound travelled, as the transport measured it: figures that people can judge. */
import { count, span, type Tone } from '../../lib/format.ts'
import { numberOf, textOf, type Entry } from './event.ts'

export interface Figure {
  readonly label: string
  readonly value: string
  /** What it is made of. */
  readonly detail?: string
  readonly tone?: Tone
}

/** Of the newest measurement; none where nothing was measured. */
export function qualityOf(entries: readonly Entry[]): readonly Figure[] {
  const last = entries.findLast(({ event }) => event.type === 'media.measured')
  if (!last) return []
  const { codec, encrypted } = { codec: textOf(last, 'codec'), encrypted: textOf(last, 'encrypted') }
  return [
    ...scoreOf(last),
    lossOf(last),
    ...timeOf('Jitter', numberOf(last, 'jitter'), 30),
    ...timeOf('Round trip', numberOf(last, 'roundTrip'), 300),
    ...(codec === '' ? [] : [{ label: 'Codec', value: codecName(codec) }]),
    ...(codec === '' ? [] : [encryptionOf(encrypted)]),
  ]
}

/** ITU-T G.107: from 4.03 people are satisfied, from 3.6 some are not, from 3.1 many are not. */
function scoreOf(entry: Entry): readonly Figure[] {
  const score = numberOf(entry, 'score')
  if (score === undefined) return []
  const value = score.toFixed(1)
  if (score >= 4.03) return [{ label: 'MOS', value, detail: 'good', tone: 'good' }]
  if (score >= 3.6) return [{ label: 'MOS', value, detail: 'fair', tone: 'neutral' }]
  return [
    { label: 'MOS', value, ...(score >= 3.1 ? { detail: 'poor', tone: 'warn' } : { detail: 'bad', tone: 'bad' }) },
  ]
}

function lossOf(entry: Entry): Figure {
  const [lost, received] = [numberOf(entry, 'lost') ?? 0, numberOf(entry, 'received') ?? 0]
  const late = numberOf(entry, 'late') ?? 0
  const all = lost + received
  const share = all === 0 ? 0 : (lost + late) / all
  const detail = [`${count(lost)} of ${count(all)}`, ...(late > 0 ? [`${count(late)} late`] : [])].join(', ')
  const tone = share >= 0.05 ? 'bad' : 'warn'
  return {
    label: 'Loss',
    value: `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`,
    detail,
    ...(share >= 0.01 ? { tone } : {}),
  }
}

function timeOf(label: string, ms: number | undefined, much: number): readonly Figure[] {
  if (ms === undefined) return []
  return [{ label, value: span(ms), ...(ms > much ? { tone: 'warn' } : {}) }]
}

const codecs: Readonly<Record<string, string>> = {
  pcmu: 'G.711 µ-law',
  pcma: 'G.711 A-law',
  g722: 'G.722',
  opus: 'Opus',
}

function codecName(codec: string): string {
  return codecs[codec.toLowerCase()] ?? codec.toUpperCase()
}

function encryptionOf(suite: string): Figure {
  return suite === '' ? { label: 'Encrypted', value: 'No' } : { label: 'Encrypted', value: 'SRTP', detail: suite }
}
