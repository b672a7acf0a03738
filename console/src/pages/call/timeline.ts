/** The journal's events as lines that people read. */
import type { Tone } from '../../lib/format.ts'
import { callStatus, phone, span, words } from '../../lib/format.ts'
import { usageWords } from '../../lib/prices.ts'
import { numberOf, partOf, textOf, type Entry } from './event.ts'
import { totalOf } from './stages.ts'
import { timingsOf } from './story.ts'

export type Kind = 'life' | 'media' | 'command' | 'speech' | 'agent' | 'tool' | 'other'

export interface Moment {
  readonly title: string
  readonly detail?: string
  readonly kind: Kind
  readonly tone: Tone
}

type Describe = (entry: Entry) => Moment

const life = (title: string, detail = '', tone: Tone = 'neutral'): Moment => moment('life', title, detail, tone)

function moment(kind: Kind, title: string, detail = '', tone: Tone = 'neutral'): Moment {
  return { title, kind, tone, ...(detail === '' ? {} : { detail }) }
}

const descriptions: Readonly<Record<string, Describe>> = {
  'call.queued': () => life('Call queued'),
  'call.offered': () => life('The carrier offered the call'),
  'call.dialed': () => life('Dialling', 'the carrier took the call'),
  'call.progressed': (entry) => {
    const { label, tone } = callStatus(textOf(entry, 'status'))
    return life(label === 'Live' ? 'Answered' : label, textOf(entry, 'cause') || textOf(entry, 'raw'), tone)
  },
  'call.ended': (entry) => {
    const { tone } = callStatus(textOf(entry, 'status'))
    return life(`Ended: ${endReason(textOf(entry, 'reason'))}`, textOf(entry, 'cause'), tone)
  },
  'media.invited': () => moment('media', 'Told the carrier where our media socket is'),
  'media.opened': (entry) =>
    moment(
      'media',
      'Sound is open',
      `${textOf(entry, 'encoding')}, ${(numberOf(entry, 'rate') ?? 0) / 1000} kHz`,
      'good',
    ),
  'media.lost': (entry) => moment('media', 'The media connection broke', textOf(entry, 'cause'), 'bad'),
  'media.closed': (entry) => moment('media', 'Sound closed', textOf(entry, 'cause')),
  'media.measured': (entry) =>
    moment(
      'media',
      'The line, as it was measured',
      lossOf(entry),
      (numberOf(entry, 'lost') ?? 0) > 0 ? 'warn' : 'neutral',
    ),
  'call.released': () => life('A line is free: the call goes on'),
  'call.held': () => life('The caller’s side put the call on hold'),
  'call.resumed': () => life('The caller’s side took the call back from hold'),
  'call.returned': () => life('The caller is back with the agent'),
  'play.ended': (entry) =>
    moment('speech', 'Played to the caller', `${span(numberOf(entry, 'heardMs') ?? 0)} of it was heard`),
  'command.requested': (entry) => {
    const command = partOf(entry, 'command')
    return moment('command', orderOf(command), `asked by ${textOf(entry, 'origin')}`, 'accent')
  },
  'command.accepted': (entry) => moment('command', 'taken', entry.event['gone'] === true ? 'it was over already' : ''),
  'command.failed': (entry) => moment('command', 'refused', textOf(entry, 'message'), 'bad'),
  'command.uncertain': () => moment('command', 'in doubt', 'asking the carrier what became of it', 'warn'),
  'machine.detected': (entry) => moment('life', `Answered by: ${textOf(entry, 'result')}`, textOf(entry, 'raw')),
  'recording.changed': (entry) =>
    moment(
      'media',
      `Recording ${words(textOf(entry, 'status')).toLowerCase()}`,
      `by ${textOf(entry, 'source') === 'ours' ? 'Offhook' : 'the carrier'}`,
    ),
  'transfer.started': (entry) => moment('command', 'Transfer: under way', textOf(entry, 'raw')),
  'transfer.ended': (entry) =>
    moment('command', `Transfer: ${callStatus(textOf(entry, 'result')).label.toLowerCase()}`, textOf(entry, 'raw')),
  'call.closed': () => life('Closed', 'the agent is gone, and all that was said and used is told'),
  'usage.counted': (entry) => {
    const whose = [textOf(entry, 'provider'), textOf(entry, 'model')].filter(Boolean).join(', ')
    return moment('agent', `Used by ${whose}`, usageWords(amountsOf(partOf(entry, 'usage'))))
  },
  'cost.known': (entry) => life('Cost known', `${numberOf(entry, 'amount') ?? 0} ${textOf(entry, 'currency')}`),
  'agent.connected': (entry) => moment('agent', 'The agent joined', textOf(entry, 'provider'), 'good'),
  'agent.failed': (entry) => moment('agent', 'The agent failed', textOf(entry, 'message'), 'bad'),
  'agent.disconnected': () => moment('agent', 'The agent left'),
  'speech.started': () => moment('speech', 'The caller begins to speak'),
  'speech.ended': (entry) =>
    moment('speech', 'The caller falls silent', `spoke ${span(numberOf(entry, 'durationMs') ?? 0)}`),
  'agent.interrupted': (entry) =>
    moment(
      'speech',
      'The agent was interrupted',
      `${span(numberOf(entry, 'heardMs') ?? 0)} of it had been heard`,
      'warn',
    ),
  'message.added': (entry) => moment('speech', `${words(textOf(entry, 'role'))} said`, textOf(entry, 'text')),
  'turn.measured': (entry) => {
    const total = totalOf(timingsOf(partOf(entry, 'timings')))
    const detail = total === undefined ? 'no sound came of it' : `first sound after ${span(total)}`
    return moment('agent', `Turn ${numberOf(entry, 'turn') ?? ''} answered`, detail)
  },
  'digit.received': (entry) =>
    moment('speech', `Key ${textOf(entry, 'digit')}`, textOf(entry, 'source') === 'in-band' ? 'heard as a tone' : ''),
  'tool.called': (entry) =>
    moment('tool', `Tool ${textOf(entry, 'name')}`, JSON.stringify(entry.event['arguments'] ?? {})),
  'tool.returned': (entry) =>
    moment(
      'tool',
      `Tool ${textOf(entry, 'name')} ${entry.event['ok'] === true ? 'returned' : 'failed'}`,
      short(entry.event['result']),
      entry.event['ok'] === true ? 'neutral' : 'bad',
    ),
  'guardrail.hit': (entry) =>
    moment(
      'agent',
      `Guardrail ${textOf(entry, 'rule')}`,
      `the agent's words were kept from the caller: ${words(textOf(entry, 'action')).toLowerCase()}`,
      'warn',
    ),
  'timer.fired': (entry) => moment('other', `Time ran out: ${words(textOf(entry, 'timer')).toLowerCase()}`, '', 'warn'),
}

/** All events as lines. What became of a command is told with the command's name. */
export function described(entries: readonly Entry[]): readonly { readonly entry: Entry; readonly moment: Moment }[] {
  const orders = new Map<string, string>()
  return entries.map((entry) => {
    const { type } = entry.event
    const told = describe(entry)
    if (type === 'command.requested') orders.set(textOf(entry, 'id'), told.title)
    if (!/^command\.(accepted|failed|uncertain)$/.test(type)) return { entry, moment: told }
    return { entry, moment: { ...told, title: `${orders.get(textOf(entry, 'id')) ?? 'A command'}: ${told.title}` } }
  })
}

/** One line for every event; those this page does not know are told by their names. */
function describe(entry: Entry): Moment {
  const known = descriptions[entry.event.type]
  if (known) return known(entry)
  const { type, ...fields } = entry.event
  return moment('other', words(type), Object.keys(fields).length > 0 ? short(fields) : '')
}

const reasons: Readonly<Record<string, string>> = {
  'caller-hangup': 'the caller hung up',
  'agent-hangup': 'the agent hung up',
  'api-hangup': 'hung up by the API or the console',
  transferred: 'handed over by a transfer',
  'voicemail-left': 'a message was left on the voicemail',
  idle: 'nobody spoke any more',
  'max-duration': 'the longest duration was reached',
  'ring-timeout': 'nobody answered in time',
  'media-lost': 'the sound was lost and did not come back',
  'media-never-opened': 'no sound ever came',
  'agent-failed': 'the agent failed',
  'carrier-failed': 'the carrier failed it',
  rejected: 'it was rejected',
  busy: 'the line was busy',
  'no-answer': 'nobody answered',
  canceled: 'it was cancelled before it was answered',
  shutdown: 'the gateway was shut down',
  completed: 'it was over',
}

/** Why a call ended, as people say it. */
export function endReason(reason: string): string {
  return reasons[reason] ?? words(reason).toLowerCase()
}

function amountsOf(part: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(part).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])),
  )
}

function lossOf(entry: Entry): string {
  const [lost, received] = [numberOf(entry, 'lost') ?? 0, numberOf(entry, 'received') ?? 0]
  const jitter = numberOf(entry, 'jitter')
  const score = numberOf(entry, 'score')
  return [
    `${lost} of ${received + lost} packets lost`,
    ...(jitter === undefined ? [] : [`${span(jitter)} jitter`]),
    ...(score === undefined ? [] : [`MOS ${score.toFixed(1)}`]),
  ].join(', ')
}

function orderOf(command: Readonly<Record<string, unknown>>): string {
  const type = String(command['type'] ?? '')
  switch (type) {
    case 'hangup':
      return 'Hang up'
    case 'transfer':
      return `Transfer to ${phone(String(command['to'] ?? ''))}`
    case 'send-digits':
      return `Send keys ${String(command['digits'] ?? '')}`
    case 'leave-message':
      return 'Leave a message'
    case 'record':
      return `${words(String(command['action'] ?? ''))} the recording`
    default:
      return words(type)
  }
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
