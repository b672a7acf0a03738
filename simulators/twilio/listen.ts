/** Verbs that listen to the person: `<Gather>` for keys, `<Record>` for a message. */
import { gatherKeys, KeyReader, untilQuiet } from '../carrier/keys.ts'
import { playTo } from '../carrier/steps.ts'
import { tone } from '../sound/tones.ts'
import { recordingReference } from './callbacks.ts'
import type { Element } from './markup.ts'
import { prompt } from './prompts.ts'
import { startRecording } from './recordings.ts'
import { jump, recordingPlan, seconds, type Context, type Outcome } from './steps.ts'

export async function gather(context: Context, verb: Element): Promise<Outcome> {
  const { attributes } = verb
  const keys = await gatherKeys(context.call, {
    wanted: Number(attributes.numDigits ?? 1000),
    finish: attributes.finishOnKey ?? '#',
    timeout: seconds(attributes.timeout, 5),
    signal: context.signal,
    prompts: verb.children.map((child) => (signal) => prompt({ ...context, signal }, child)),
  })
  if (!keys.digits && attributes.actionOnEmptyResult !== 'true') return 'next'
  const target = attributes.action ?? context.base
  if (!target) return 'next'
  return jump(context, target, attributes.method, [
    ['Digits', keys.digits],
    ['FinishedOnKey', keys.finishedOn],
    ['msg', 'Gather End'],
  ])
}

export async function record(context: Context, verb: Element): Promise<Outcome> {
  const { call } = context
  const { attributes } = verb
  if (attributes.playBeep !== 'false') await playTo(call, tone(1000, 500), context.signal)
  const keys = new KeyReader(call, { wanted: 1000, finish: attributes.finishOnKey ?? '1234567890*#' })
  const recording = startRecording(call, {
    ...recordingPlan(context, verb, 1),
    source: 'RecordVerb',
    track: 'inbound',
    trim: attributes.trim !== 'do-not-trim',
  })
  try {
    await untilQuiet(call, keys, {
      quiet: seconds(attributes.timeout, 5),
      longest: seconds(attributes.maxLength, 3600),
      signal: context.signal,
    })
  } finally {
    keys.stop()
    recording.stop()
  }
  const target = attributes.action ?? context.base
  if (recording.status === 'absent' || !target) return 'next'
  const digits = keys.finishedOn || keys.digits
  return jump(context, target, attributes.method, [...recordingReference(call, recording), ['Digits', digits]])
}
