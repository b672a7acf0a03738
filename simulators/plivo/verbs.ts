/** The elements of XML of Plivo's shape, one after the other. */
import { join } from '../carrier/join.ts'
import { gatherKeys, KeyReader } from '../carrier/keys.ts'
import type { Element } from '../carrier/markup.ts'
import { fetchClip, orAbort, playKeys, playTo, spoken } from '../carrier/steps.ts'
import { complain } from '../carrier/world.ts'
import { post } from './callbacks.ts'
import { readFormat } from './frames.ts'
import { newLeg } from './legs.ts'
import { startRecording } from './recordings.ts'
import { runStream, streamable } from './stream.ts'
import { digitsOf, type Page, type PlivoCall, type Target } from './world.ts'

export interface Context {
  readonly call: PlivoCall
  readonly signal: AbortSignal
  readonly base: string
}

type Outcome = Page | 'next' | 'over'

export async function perform(context: Context, verb: Element): Promise<Outcome> {
  const { call, signal } = context
  switch (verb.name) {
    case 'Speak':
    case 'Play':
      return prompt(context, verb)
    case 'PreAnswer':
      return 'next' // heard before the answer, by nobody here
    case 'Wait':
      return wait(context, verb)
    case 'DTMF':
      await playKeys(call, verb.text, signal)
      return 'next'
    case 'Redirect':
      return { target: { url: resolve(verb.text, context), method: verb.attributes['method'] ?? 'POST' } }
    case 'Record':
      return record(context, verb)
    case 'Stream':
      return stream(context, verb)
    case 'Dial':
      return dial(context, verb)
    case 'GetDigits':
    case 'GetInput':
    case 'Gather':
      return gather(context, verb)
    default: // Hangup of an answered call
      call.facts.hangupCode = 4000
      call.endedBy = 'application'
      call.end('completed', '<Hangup>')
      return 'over'
  }
}

function resolve(url: string, { base }: Context): string {
  return URL.canParse(url) || !URL.canParse(url, base) ? url : new URL(url, base).href
}

function targetOf(context: Context, verb: Element, name: string, methodName: string): Target | undefined {
  const url = verb.attributes[name]
  return url ? { url: resolve(url, context), method: verb.attributes[methodName] ?? 'POST' } : undefined
}

/** The next page, unless the element says that it does not redirect. */
async function lead(context: Context, verb: Element, fields: Readonly<Record<string, string>>): Promise<Outcome> {
  const target = targetOf(context, verb, 'action', 'method')
  if (!target) return 'next'
  if (verb.attributes['redirect'] !== 'false') return { target, fields }
  await post(context.call, target, fields)
  return 'next'
}

async function prompt(context: Context, verb: Element): Promise<'next'> {
  const { call, signal } = context
  const sound = verb.name === 'Speak' ? await spoken(call, verb.text) : await clip(context, verb.text)
  if (!sound) return 'next'
  const times = verb.attributes['loop'] === '0' ? 1000 : Number(verb.attributes['loop'] ?? 1)
  for (let turn = 0; turn < times; turn++) await playTo(call, sound, signal)
  return 'next'
}

async function clip(context: Context, text: string): Promise<Int16Array | undefined> {
  const url = resolve(text, context)
  const found = await fetchClip(context.call, url)
  if (found.ok) return found.sound
  complain(context.call, 0, `<Play>: ${found.why}`, url)
  return undefined
}

/** With `beep`: until a machine's greeting is over, if it takes less than `length`. */
async function wait({ call, signal }: Context, verb: Element): Promise<'next'> {
  const ms = 1000 * Number(verb.attributes['length'] ?? 1)
  const passed = call.world.clock.sleep(ms, signal)
  if (verb.attributes['beep'] !== 'true' || !call.facts.greeted) {
    await passed
    return 'next'
  }
  passed.catch(() => undefined) // aborted with the call while the beep was first
  await orAbort(Promise.race([passed, call.facts.greeted]), signal)
  return 'next'
}

async function record(context: Context, verb: Element): Promise<Outcome> {
  const { call, signal } = context
  const { attributes } = verb
  const told = targetOf(context, verb, 'callbackUrl', 'callbackMethod')
  const maxMs = 1000 * Number(attributes['maxLength'] ?? 60)
  if (attributes['recordSession'] === 'true') {
    startRecording(call, { told, by: 'xml', channels: 2, maxMs })
    return 'next'
  }
  if (attributes['playBeep'] !== 'false') await playKeys(call, '', signal)
  const recording = startRecording(call, { told, by: 'xml', channels: 1, maxMs })
  const keys = new KeyReader(call, { wanted: 1, finish: attributes['finishOnKey'] ?? '1234567890*#' })
  try {
    await keys.read(maxMs, signal)
  } finally {
    keys.stop()
    recording.stop()
  }
  return lead(context, verb, { RecordingID: recording.ref, Digits: keys.finishedOn })
}

async function stream(context: Context, verb: Element): Promise<Outcome> {
  const { call, signal } = context
  const { attributes, text } = verb
  if (!streamable(text)) {
    complain(call, 0, `<Stream>: ${text.slice(0, 80)} is no wss:// URL`)
    return 'next'
  }
  const bidirectional = attributes['bidirectional'] === 'true'
  const order = {
    url: text,
    bidirectional,
    format: readFormat(attributes['contentType'] ?? '') ?? { encoding: 'audio/x-l16' as const, rate: 8000 },
    extraHeaders: attributes['extraHeaders'] ?? '',
    status: targetOf(context, verb, 'statusCallbackUrl', 'statusCallbackMethod'),
  }
  const running = runStream(call, order, signal)
  if (attributes['keepCallAlive'] === 'true') await running
  else call.world.background(running.catch(() => undefined)) // it ends with the call
  return 'next'
}

async function dial(context: Context, verb: Element): Promise<Outcome> {
  const { call, signal } = context
  const { attributes } = verb
  const { plivo } = call.facts
  const callerId = attributes['callerId'] ?? call.from
  const digits = new Map<PlivoCall, string | undefined>()
  for (const noun of verb.children)
    digits.set(
      newLeg(plivo, { direction: 'outbound-dial', from: callerId, to: noun.text, parent: call }),
      noun.attributes['sendDigits'],
    )
  const result = await join(call, {
    legs: [...digits.keys()],
    timeoutMs: 1000 * Number(attributes['timeout'] ?? 120) + plivo.ringGraceMs,
    limitMs: 1000 * Number(attributes['timeLimit'] ?? 14_400),
    signal,
    digitsFor: (leg) => digits.get(leg),
    hangupOnStar: attributes['hangupOnStar'] === 'true',
  })
  const status = { completed: 'completed', busy: 'busy', failed: 'failed', canceled: 'cancel', 'no-answer': 'timeout' }[
    result.status
  ]
  return lead(context, verb, {
    Event: 'DialAction',
    DialStatus: status,
    DialRingStatus: 'true',
    DialHangupCause: result.leg?.status === 'busy' ? 'USER_BUSY' : 'NORMAL_CLEARING',
    DialALegUUID: call.ref,
    DialBLegUUID: result.leg?.ref ?? '',
    DialBLegTo: digitsOf(result.leg?.to ?? ''),
  })
}

async function gather(context: Context, verb: Element): Promise<Outcome> {
  const { call, signal } = context
  const { attributes } = verb
  const keys = await gatherKeys(call, {
    wanted: Number(attributes['numDigits'] ?? 99),
    finish: attributes['finishOnKey'] ?? '#',
    timeout: 1000 * Number(attributes['timeout'] ?? attributes['executionTimeout'] ?? 5),
    signal,
    prompts: verb.children.map((child) => (stopped) => prompt({ ...context, signal: stopped }, child)),
  })
  return keys.digits ? lead(context, verb, { Digits: keys.digits, InputType: 'dtmf' }) : 'next'
}
