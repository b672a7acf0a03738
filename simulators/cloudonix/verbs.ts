/** The verbs of CXML, one after the other. */
import { join } from '../carrier/join.ts'
import { gatherKeys } from '../carrier/keys.ts'
import { liveStream } from '../carrier/live.ts'
import type { Element } from '../carrier/markup.ts'
import { fetchClip, playTo, spoken } from '../carrier/steps.ts'
import { MediaStream, type Track } from '../carrier/stream.ts'
import { complain } from '../carrier/world.ts'
import { send } from './callbacks.ts'
import { cloudonixFraming } from './frames.ts'
import { newLeg } from './legs.ts'
import { hex, type CloudonixCall, type Page } from './world.ts'

export interface Context {
  readonly call: CloudonixCall
  readonly signal: AbortSignal
  readonly base: string | undefined
}

type Outcome = Page | 'next' | 'over'

export async function perform(context: Context, verb: Element): Promise<Outcome> {
  const { call, signal } = context
  switch (verb.name) {
    case 'Say':
    case 'Play':
      return prompt(context, verb)
    case 'Pause':
      await call.world.clock.sleep(1000 * Number(verb.attributes['length'] ?? 1), signal)
      return 'next'
    case 'Connect':
      return connect(context, verb)
    case 'Start':
      open(context, verb.children[0]!, false).connect()
      return 'next'
    case 'Stop':
      await call.streams.find(({ plan, open }) => plan.name === verb.children[0]!.attributes['name'] && open)?.stop()
      return 'next'
    case 'Dial':
      return dial(context, verb)
    case 'Gather':
      return gather(context, verb)
    case 'Redirect':
      return jump(context, verb.text, verb, {})
    default: // Hangup, and a Reject after the call was answered
      call.endedBy = 'application'
      call.end('completed', `<${verb.name}>`)
      return 'over'
  }
}

function jump({ base }: Context, target: string, verb: Element, fields: Readonly<Record<string, string>>): Page {
  const url = URL.canParse(target) || !URL.canParse(target, base) ? target : new URL(target, base).href
  return { type: 'fetch', url, method: verb.attributes['method'] ?? 'POST', fields }
}

async function prompt({ call, signal }: Context, verb: Element): Promise<'next'> {
  let sound: Int16Array | undefined
  if (verb.name === 'Say') sound = await spoken(call, verb.text)
  else {
    const clip = await fetchClip(call, verb.text)
    if (clip.ok) sound = clip.sound
    else complain(call, 0, `<Play>: ${clip.why}`, verb.text)
  }
  const times = verb.attributes['loop'] === '0' ? 1000 : Number(verb.attributes['loop'] ?? 1)
  if (sound) for (let turn = 0; turn < times; turn++) await playTo(call, sound, signal)
  return 'next'
}

/** Blocks until the socket ends; an address that is none stops the document. */
async function connect(context: Context, verb: Element): Promise<Outcome> {
  const { call, signal } = context
  const noun = verb.children[0]!
  const url = noun.attributes['url'] ?? ''
  if (!/^(wss:|ws:\/\/(localhost|127(\.\d+){3}|\[::1\])[:/])/.test(url)) {
    complain(call, 0, `<Stream>: ${url.slice(0, 80)} is no wss:// address`)
    return 'over'
  }
  await liveStream(
    call,
    () => {
      const stream = open(context, noun, true)
      stream.connect()
      return stream
    },
    signal,
  )
  const { action } = verb.attributes
  return action ? jump(context, action, verb, {}) : 'next'
}

function open({ call }: Context, noun: Element, bidirectional: boolean): MediaStream {
  const { cloudonix } = call.facts
  const { url = '', name, track, statusCallback } = noun.attributes
  const ref = `MZ${hex(cloudonix.ids)}`
  const tracks = tracksOf(bidirectional ? undefined : track)
  const parameters = Object.fromEntries(
    noun.children.map(({ attributes }) => [attributes['name'] ?? '', attributes['value'] ?? '']),
  )
  const tell = (event: string) => {
    if (!statusCallback) return
    const form = new URLSearchParams({
      CallSid: call.facts.callSid,
      Session: call.ref,
      StreamSid: ref,
      StreamEvent: event,
    })
    const draft = { method: 'POST', url: statusCallback, body: form.toString() }
    call.world.background(send(call, draft, 'application/x-www-form-urlencoded'))
  }
  return new MediaStream({
    ...{ call, ref, url, bidirectional, tracks },
    ...(name ? { name } : {}),
    headers: { 'user-agent': 'cloudonix-vapp/1.0' },
    framing: cloudonixFraming({ call, stream: ref, tracks, parameters }),
    told: {
      opened: () => tell('stream-started'),
      ended: () => tell('stream-stopped'),
      troubled(_, trouble) {
        const why = 'why' in trouble ? trouble.why : trouble.type === 'failed' ? trouble.failure.type : trouble.type
        complain(call, 0, `stream: ${why}`, url)
        if (trouble.type === 'failed') tell('stream-error')
      },
    },
  })
}

function tracksOf(track: string | undefined): readonly Track[] {
  if (track === 'both_tracks') return ['inbound', 'outbound']
  return [track === 'outbound_track' ? 'outbound' : 'inbound']
}

async function dial(context: Context, verb: Element): Promise<Outcome> {
  const { call, signal } = context
  const { attributes } = verb
  const targets = verb.text
    ? [verb.text]
    : verb.children.filter(({ name }) => name !== 'Header').map(({ text }) => text)
  const from = attributes['callerId'] ?? call.from
  const legs = targets.map((to) => newLeg(call.facts.cloudonix, { direction: 'outbound-dial', from, to, parent: call }))
  const result = await join(call, {
    legs,
    timeoutMs: 1000 * Number(attributes['timeout'] ?? 60),
    limitMs: 1000 * Number(attributes['timeLimit'] ?? 14_400),
    signal,
    hangupOnStar: attributes['hangupOnStar'] === 'true',
  })
  if (!attributes['action']) return 'next'
  const seconds = String(result.leg?.seconds ?? 0)
  return jump(context, attributes['action'], verb, { DialCallStatus: result.status, DialCallDuration: seconds })
}

async function gather(context: Context, verb: Element): Promise<Outcome> {
  const { call, signal } = context
  const { attributes } = verb
  const keys = await gatherKeys(call, {
    wanted: Number(attributes['numDigits'] ?? 99),
    finish: attributes['finishOnKey'] ?? '#',
    timeout: 1000 * Number(attributes['timeout'] ?? 5),
    signal,
    prompts: verb.children.map((child) => (stopped) => perform({ ...context, signal: stopped }, child)),
  })
  if (!attributes['action'] || (!keys.digits && attributes['actionOnEmptyResult'] !== 'true')) return 'next'
  return jump(context, attributes['action'], verb, { Digits: keys.digits })
}
