/** SIP messages of a call's wire as rungs of a ladder: what each is, which way it went, and whether it was said before. */
import type { Tone } from '../../lib/format.ts'
import type { WireMessage } from './wires.ts'

export interface Rung {
  readonly message: WireMessage
  /** `INVITE`, `180 Ringing` */
  readonly label: string
  /** Of a response: the method that it answers. */
  readonly answers: string | undefined
  /** The peer: `udp 203.0.113.5:5060` */
  readonly place: string
  readonly tone: Tone
  /** Describes sound: an offer or an answer. */
  readonly describes: boolean
  /** The same message again: nobody had confirmed it in time. */
  readonly repeated: boolean
}

export function rungsOf(messages: readonly WireMessage[]): readonly Rung[] {
  const seen = new Set<string>()
  return messages.flatMap((message) => {
    const { channel, direction, title, body } = message
    const [, label, place] = /^(.+) (?:from|to) ((?:udp|tcp|tls|wss?) \S+)$/.exec(title) ?? []
    if (channel !== 'signalling' || label === undefined || place === undefined) return []
    const key = `${direction} ${body}`
    // A body that is hidden from this reader says nothing.
    const repeated = seen.has(key) && body.includes('SIP/2.0')
    seen.add(key)
    const status = /^\d{3}\b/.exec(label)?.[0]
    const answers = status === undefined ? undefined : /^cseq[ \t]*:[ \t]*\d+[ \t]+(\S+)/im.exec(body)?.[1]
    const describes = /^m=/m.test(body)
    return [{ message, label, place, answers, tone: toneOf(status), describes, repeated }]
  })
}

/** Where all of them came from or went to; several where a peer has several addresses. */
export function placesOf(rungs: readonly Rung[]): readonly string[] {
  return [...new Set(rungs.map(({ place }) => place))]
}

/** Asked for a password, or cancelled as was wished: no failure. */
const usual = new Set(['401', '407', '487'])

function toneOf(status: string | undefined): Tone {
  if (status === undefined) return 'accent'
  if (status.startsWith('1')) return 'neutral'
  if (status.startsWith('2')) return 'good'
  return status.startsWith('3') || usual.has(status) ? 'warn' : 'bad'
}
