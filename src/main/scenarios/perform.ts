/** The person of a scenario: does its steps one after the other, and says at which one it was disappointed. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readWav, toTelephone, type Phone } from '../../../simulators/index.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Observer } from './observer.ts'
import { finder, type Scenario, type Step } from './scenario.ts'

/** Quiet that counts as the end of what somebody says, ms. */
const finished = 900
const patience = 20_000
const longest = 60_000

export type Prepared = { readonly step: Step; readonly sound?: Int16Array }

/** Speaks and reads everything beforehand, so that a mistake costs no call. */
export async function prepare(
  scenario: Scenario,
  speak: (text: string) => Promise<Int16Array>,
): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = []
  for (const step of scenario.steps) {
    if ('say' in step) prepared.push({ step, sound: await speak(step.say) })
    else if ('play' in step) prepared.push({ step, sound: await soundOf(resolve(scenario.folder, step.play)) })
    else prepared.push({ step })
  }
  return prepared
}

async function soundOf(file: string): Promise<Int16Array> {
  try {
    return toTelephone(readWav(await readFile(file)))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new OffhookError('request.invalid', `"${file}" is no WAV that can be used: ${why}`, { cause: error })
  }
}

export interface Stage {
  readonly phone: Phone
  readonly observer: Observer
  /** The call's id, once Offhook knows it. */
  readonly call: () => string | undefined
  readonly signal: AbortSignal
}

/** Resolves with what went wrong, or with nothing; the person has hung up then. */
export async function perform(stage: Stage, steps: readonly Prepared[]): Promise<string | undefined> {
  const listener: Listener = { stage, heard: 0, waits: true }
  for (const [index, prepared] of steps.entries()) {
    const problem = await act(listener, prepared).catch(saysOver)
    if (problem === undefined) continue
    stage.phone.hangup()
    return `step ${index + 1} (${named(prepared.step)}): ${problem}`
  }
  if (stage.phone.connected) await listen(stage.phone).catch(saysOver)
  stage.phone.hangup()
  return undefined
}

interface Listener {
  readonly stage: Stage
  /** Of the agent's messages: those before were heard before. */
  heard: number
  /** Hears the other side out before the next word. */
  waits: boolean
}

/** Resolves with why the person is disappointed. */
async function act(listener: Listener, { step, sound }: Prepared): Promise<string | undefined> {
  const { stage } = listener
  const { phone } = stage
  if ('hear' in step) return hearIt(listener, step)
  if ('hangup' in step) {
    phone.hangup()
    return undefined
  }
  if ('silence' in step || 'pause' in step) {
    listener.waits = false
    await phone.sleep(('silence' in step ? step.silence : step.pause) * 1_000)
    return 'silence' in step && phone.hearsSpeech ? 'something was heard' : undefined
  }
  if (listener.waits) await listen(phone)
  listener.waits = true
  if ('press' in step) await phone.press(step.press)
  else await phone.say(sound ?? new Int16Array())
  return undefined
}

async function hearIt(listener: Listener, step: Extract<Step, { hear: string }>): Promise<string | undefined> {
  const { stage, heard } = listener
  const found = await hear(stage, step, heard)
  if (found === undefined) return `the agent did not say it; it said ${quoted(stage, heard)}`
  listener.heard = found + 1
  listener.waits = false
  // An agent that never stops is talked over; one that hung up has said its last word.
  await stage.phone.waitForSilence(finished, longest).catch(() => undefined)
  return undefined
}

function named(step: Step): string {
  return Object.entries(step)
    .map(([key, value]) => `${key}: ${String(value)}`)
    .join(', ')
}

/** Anything else is nothing that a person could say. */
function saysOver(error: unknown): string {
  if (error instanceof Error && error.name === 'CallOver') return error.message
  throw error
}

/** The place of the agent's message. */
async function hear(
  { observer, call, signal }: Stage,
  step: { readonly hear: string; readonly within: number },
  from: number,
): Promise<number | undefined> {
  const finds = finder(step.hear)
  const look = (): number | undefined => {
    const id = call()
    if (id === undefined) return undefined
    const place = observer.said(id, 'agent').findIndex((text, index) => index >= from && finds(text))
    return place < 0 ? undefined : place
  }
  return observer.until(look, step.within * 1_000, signal)
}

function quoted({ observer, call }: Stage, from: number): string {
  const id = call()
  const said = id === undefined ? [] : observer.said(id, 'agent').slice(from)
  return said.length === 0 ? 'nothing' : said.map((text) => `"${text}"`).join(', ')
}

/** Hears the other side out. Somebody who says nothing, or never stops, is no reason not to go on. */
async function listen(phone: Phone): Promise<void> {
  await phone.sleep(400)
  await phone.waitForSpeech(patience).catch(unlessOver)
  await phone.waitForSilence(finished, longest).catch(unlessOver)
}

function unlessOver(error: unknown): void {
  if (error instanceof Error && error.name === 'CallOver') throw error
}
