/** “Why was it silent?”: what went wrong in a call, in sentences with what to do, the root cause first. */
import { span } from '../../lib/format.ts'
import type { Schemas } from '../../lib/api.ts'
import { partOf, textOf, type Entry } from './event.ts'
import { qualityOf } from './measured.ts'
import { stagesOf, totalOf } from './stages.ts'
import type { Story } from './story.ts'

export interface Finding {
  readonly id: string
  readonly level: 'problem' | 'warning'
  readonly title: string
  readonly advice: string
  /** Where in the call, ms. */
  readonly at?: number
}

export interface Evidence {
  readonly call: Schemas['Call']
  readonly entries: readonly Entry[]
  readonly story: Story
  /** The recording's loudest sample of each side, 0…1. */
  readonly loudest?: { readonly caller: number; readonly agent: number } | undefined
  /** When the agent's first sound is on record, ms; undefined where nothing is known. */
  readonly firstAgentSound?: number | undefined
}

/** Slower than this is heard as silence. */
const slowAnswer = 2_500
/** A caller who is heard this late talks over the agent. */
const lateBargeIn = 400
/** A first sentence cut shorter than this was clipped, not interrupted. */
const clippedGreeting = 1_200
/** Under this no voice is on record (about -54 dBFS). */
const silence = 0.002
/** Speech longer than this should have become words. */
const speechOfWords = 900

export function findingsOf(evidence: Evidence): readonly Finding[] {
  return [
    ...unconnected(evidence),
    ...brokenMedia(evidence),
    ...brokenAgent(evidence),
    ...poorLine(evidence),
    ...oneWay(evidence),
    ...clipped(evidence),
    ...lateBargeIns(evidence),
    ...slowTurns(evidence),
    ...unheardWords(evidence),
    ...failedCommands(evidence),
  ]
}

function problem(id: string, title: string, advice: string, at?: number): Finding {
  return { id, level: 'problem', title, advice, ...(at === undefined ? {} : { at }) }
}

function warning(id: string, title: string, advice: string, at?: number): Finding {
  return { ...problem(id, title, advice, at), level: 'warning' }
}

/** Calls that never got as far as a conversation. */
function unconnected({ call, story, entries }: Evidence): readonly Finding[] {
  const dial = entries.find((entry) => isFailedDial(entry, entries))
  if (dial)
    return [
      problem(
        'dial-refused',
        `The carrier did not take the call: ${textOf(dial, 'message')}`,
        'Check the number and the connection’s credentials; the wire messages show the carrier’s answer word for word.',
      ),
    ]
  if (call.endReason === 'carrier-failed' || call.status === 'failed')
    if (story.media === 'never' && call.endReason !== 'media-never-opened')
      return [
        problem(
          'carrier-failed',
          call.cause ? `The carrier failed the call: ${call.cause}.` : 'The carrier failed the call without a reason.',
          'The wire messages show what it answered; the carrier’s own console has its reason.',
        ),
      ]
  const answered = call.answeredAt !== null || call.status === 'in-progress'
  if (story.media === 'never' && answered && (call.endedAt !== null || call.endReason === 'media-never-opened'))
    return [
      problem(
        'no-media',
        'The call was answered, but no sound ever came: the carrier did not open the media connection.',
        'The carrier must reach this gateway’s public address by WebSocket (wss). Check OFFHOOK_PUBLIC_URL, the proxy or tunnel, and its certificate.',
      ),
    ]
  return []
}

function isFailedDial(entry: Entry, entries: readonly Entry[]): boolean {
  if (entry.event.type !== 'command.failed') return false
  const id = textOf(entry, 'id')
  const asked = entries.find((one) => one.event.type === 'command.requested' && textOf(one, 'id') === id)
  return asked !== undefined && partOf(asked, 'command')['type'] === 'dial'
}

function brokenMedia({ call, entries, story }: Evidence): readonly Finding[] {
  const lost = entries.filter(({ event }) => event.type === 'media.lost')
  return lost.map((entry, index) => {
    const final = index === lost.length - 1 && (call.endReason === 'media-lost' || story.media === 'lost')
    const at = entry.at - story.zero
    const cause = textOf(entry, 'cause')
    const why = cause ? ` (${cause})` : ''
    if (final)
      return problem(
        `media-lost-${entry.sequence}`,
        `The media connection broke${why} and did not come back.`,
        'From here on neither side heard the other. Look for a proxy that closes long WebSockets, or a restart of the gateway.',
        at,
      )
    return warning(
      `media-lost-${entry.sequence}`,
      `The media connection broke${why} and came back.`,
      'Both sides heard a gap. If it happens often, look at the network between the carrier and this gateway.',
      at,
    )
  })
}

function poorLine({ entries }: Evidence): readonly Finding[] {
  const [mos, loss, jitter] = qualityOf(entries)
  if (mos?.label !== 'MOS' || (mos.tone !== 'warn' && mos.tone !== 'bad')) return []
  return [
    warning(
      'poor-line',
      `The sound suffered on its way from the caller: MOS ${mos.value}, ${loss?.value ?? ''} of the packets lost or late, ${jitter?.value ?? ''} jitter.`,
      'Look at the network between the peer and this gateway: a full uplink, Wi-Fi, or a machine without time to spare.',
    ),
  ]
}

function brokenAgent({ call, entries, story }: Evidence): readonly Finding[] {
  const failed = entries.find(({ event }) => event.type === 'agent.failed')
  if (failed)
    return [
      problem(
        'agent-failed',
        `The agent failed: ${textOf(failed, 'message')}`,
        'The caller heard nothing from then on. Check the agent’s settings and its provider’s status.',
        failed.at - story.zero,
      ),
    ]
  const connected = entries.some(({ event }) => event.type === 'agent.connected')
  if (!connected && story.opened !== undefined && call.endedAt !== null)
    return [
      problem(
        'agent-absent',
        'The caller was on the line, but the agent never joined.',
        'Its provider did not answer in time. Open the agent and test it by talking to it from the browser.',
        story.opened,
      ),
    ]
  const left = entries.find(({ event }) => event.type === 'agent.disconnected')
  const leftAt = left === undefined ? undefined : left.at - story.zero
  if (leftAt !== undefined && story.ended !== undefined && story.ended - leftAt > 2_000)
    return [
      problem(
        'agent-left',
        `The agent left ${span(story.ended - leftAt)} before the call ended.`,
        'The caller was alone on the line. Its provider closed the connection: look at its limits and its log.',
        leftAt,
      ),
    ]
  return []
}

/** Sound in one direction only, by what is on record or, without a recording, by what was said. */
function oneWay({ call, story, loudest, entries }: Evidence): readonly Finding[] {
  const lasted = (story.ended ?? 0) - (story.opened ?? 0)
  if (story.opened === undefined || call.endedAt === null || lasted < 3_000) return []
  const callerSilent = loudest ? loudest.caller < silence : story.speech.length === 0
  const agentSpoke = story.said.some(({ by }) => by === 'agent')
  const agentSilent = loudest ? loudest.agent < silence : !agentSpoke
  const agentBroke = entries.some(({ event }) => event.type === 'agent.failed')
  const found: Finding[] = []
  if (callerSilent)
    found.push(
      loudest
        ? problem(
            'caller-silent',
            'Nothing was ever heard from the caller (one-way audio).',
            'The carrier sent silence or nothing. Check the phone’s microphone, then the carrier’s media settings (codec, both directions).',
            0,
          )
        : warning(
            'caller-unheard',
            'The caller was never heard to speak.',
            'They may have been silent. Record the next call to see whether any sound arrived.',
            0,
          ),
    )
  if (agentSilent && !agentBroke)
    found.push(
      problem(
        'agent-silent',
        loudest && agentSpoke
          ? 'The agent had words, but no sound of them reached the caller (one-way audio).'
          : 'The agent never said anything.',
        loudest && agentSpoke
          ? 'Its voice failed or sent silence. Look at the timings for turns without a first sound, and at the voice’s settings.'
          : 'Give it a greeting, or look in the timeline for what it waited for.',
        0,
      ),
    )
  return found
}

function clipped({ story, entries, firstAgentSound }: Evidence): readonly Finding[] {
  const first = story.said.find(({ by }) => by === 'agent')
  const cut = story.interruptions[0]
  const greetingCut =
    first?.interrupted === true && cut !== undefined && cut.at <= first.at + 50 && cut.heardMs < clippedGreeting
  if (greetingCut)
    return [
      warning(
        'greeting-cut',
        `The greeting was cut off after ${span(cut.heardMs)}.`,
        'The caller, or a noise on the line, counted as speech. Let the greeting finish first (agent settings), or raise the speech threshold.',
        cut.at,
      ),
    ]
  const answered = entries.find(
    (entry) => entry.event.type === 'call.progressed' && textOf(entry, 'status') === 'in-progress',
  )
  const late = answered === undefined || firstAgentSound === undefined ? 0 : answered.at - story.zero - firstAgentSound
  if (late <= 150) return []
  return [
    warning(
      'greeting-early',
      `The greeting began ${span(late)} before the carrier reported the answer: its beginning may not have been heard.`,
      'Let the agent wait for the answer, or begin its greeting with a short pause.',
      firstAgentSound,
    ),
  ]
}

function lateBargeIns({ story }: Evidence): readonly Finding[] {
  return story.interruptions.flatMap(({ at, after }) =>
    after === undefined || after < lateBargeIn
      ? []
      : [
          warning(
            `barge-in-${at}`,
            `The agent went on talking for ${span(after)} after the caller had begun.`,
            'Lower the speech threshold or the shortest interruption in the agent’s settings.',
            at - after,
          ),
        ],
  )
}

function slowTurns({ story }: Evidence): readonly Finding[] {
  return story.turns.flatMap(({ turn, at, timings }) => {
    const total = totalOf(timings)
    if (total === undefined || total < slowAnswer) return []
    const slowest = stagesOf(timings).toSorted((a, b) => b.took - a.took)[0]
    const share = slowest ? ` Most of it was ${slowest.about} (${span(slowest.took)}).` : ''
    return [
      warning(
        `slow-${turn}`,
        `The caller waited ${span(total)} for the answer in turn ${turn}.${share}`,
        'A faster model, voice or region for that stage shortens it.',
        at - total,
      ),
    ]
  })
}

/** Speech that never became words. */
function unheardWords({ story, call }: Evidence): readonly Finding[] {
  if (story.said.length === 0 && story.turns.length === 0) return []
  const dropped = story.speech.filter(({ from, to }, index) => {
    if (to - from < speechOfWords || to === Infinity) return false
    const until = story.speech.slice(index + 1).find((next) => next.from > to + 3_000)?.from ?? Infinity
    if (until === Infinity && (call.endedAt === null || (story.ended ?? 0) - to < 3_000)) return false
    return !story.said.some((one) => one.by === 'caller' && one.at >= from && one.at < until)
  })
  return dropped.map(({ from, to }) =>
    warning(
      `no-words-${from}`,
      `The caller spoke for ${span(to - from)}, but no words were understood.`,
      'Listen to that moment: noise, another language, or a recogniser that failed.',
      from,
    ),
  )
}

const commandWords: Readonly<Record<string, string>> = {
  answer: 'Answering',
  hangup: 'Hanging up',
  transfer: 'The transfer',
  'send-digits': 'Sending the keys',
  record: 'The recording',
  'leave-message': 'Leaving the message',
  play: 'Playing',
}

function failedCommands({ entries, story }: Evidence): readonly Finding[] {
  const asked = new Map<string, string>()
  return entries.flatMap((entry) => {
    const id = textOf(entry, 'id')
    if (entry.event.type === 'command.requested') asked.set(id, String(partOf(entry, 'command')['type'] ?? ''))
    if (entry.event.type !== 'command.failed' || asked.get(id) === 'dial') return []
    const what = commandWords[asked.get(id) ?? ''] ?? 'A command'
    return [
      warning(
        `command-${entry.sequence}`,
        `${what} failed: ${textOf(entry, 'message')}`,
        'The wire messages show what the carrier answered.',
        entry.at - story.zero,
      ),
    ]
  })
}
