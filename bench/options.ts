/** What the command line of `npm run bench -- calls` asks for. */
import { parseArgs } from 'node:util'
import { simulatedCarriers } from '../simulators/index.ts'

export interface CallsPlan {
  /** Calls at once. */
  readonly n: number
  /** Length of the steady window that is measured. */
  readonly seconds: number
  /** `echo`: passes sound through at the line's rate. `24k`: an echo at 24 kHz. `talker`: speaks until interrupted (`--vad`). */
  readonly agent: 'echo' | '24k' | 'talker'
  readonly record: boolean
  /** Whose wire: a simulated carrier's name. */
  readonly carrier: string
  readonly json: boolean
  /** Folder for CPU profiles of the gateway. */
  readonly profile: string | undefined
}

const usage = `npm run bench -- calls [--n 100] [--seconds 20] [--agent echo|24k] [--vad] [--record] [--carrier name] [--json] [--profile folder]`

/** Throws an Error that says what is wrong and how it is used. */
export function readPlan(words: readonly string[]): CallsPlan {
  const { values } = parsed(words)
  const agent = values.agent ?? 'echo'
  if (agent !== 'echo' && agent !== '24k') throw wrong(`--agent ${agent} is not known`)
  if (values.vad && values.agent !== undefined) throw wrong('--vad brings an agent of its own: give no --agent')
  if (!simulatedCarriers.some(({ name }) => name === values.carrier))
    throw wrong(`--carrier ${values.carrier} is not simulated`)
  return {
    n: whole('--n', values.n, 4000),
    seconds: whole('--seconds', values.seconds, 600),
    agent: values.vad ? 'talker' : agent,
    record: values.record,
    carrier: values.carrier,
    json: values.json,
    profile: values.profile,
  }
}

export interface PipelinePlan {
  /** Calls at once. */
  readonly n: number
  readonly seconds: number
  readonly json: boolean
  readonly profile: string | undefined
}

/** Of `npm run bench -- pipeline`: throws an Error that says what is wrong. */
export function readPipelinePlan(words: readonly string[]): PipelinePlan {
  const { n, seconds, json, profile } = readPlan(['--n', '50', ...words])
  return { n, seconds, json, profile }
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        n: { type: 'string', default: '100' },
        seconds: { type: 'string', default: '20' },
        agent: { type: 'string' },
        vad: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        carrier: { type: 'string', default: 'twilio' },
        json: { type: 'boolean', default: false },
        profile: { type: 'string' },
      },
    })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw wrong(`${name} ${text} is no whole number from 1 to ${most}`)
}

function wrong(why: string): Error {
  return new Error(`${why}\nUse: ${usage}`)
}
