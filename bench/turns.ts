/** How well ends of turns are told: our rule beside a plain silence, on made calls or on recordings of one's own. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { conversationDefaults } from '../src/conversation/contract.ts'
import { Scope } from '../src/lib/scope.ts'
import { resampled } from '../src/media/resample.ts'
import { createVad } from '../src/media/vad/create.ts'
import { withEndings } from '../src/media/vad/endings.ts'
import { melodyTurns } from '../src/media/vad/melody.ts'
import { mono, readWav } from '../src/media/wav.ts'
import { makeCalls, rate, type CorpusCall } from '../tools/make-turns.ts'
import { percentile } from './statistics.ts'
import { hold, type Rule, type Verdicts } from './turns-call.ts'

export interface TurnsPlan {
  /** Recordings (`name.wav` beside `name.json`); absent: made calls. */
  readonly folder: string | undefined
  readonly seed: number
  readonly turns: number
}

/** Ours was tuned with seed 1: figures are for another. */
export function readTurnsPlan(words: readonly string[]): TurnsPlan {
  const options = {
    folder: { type: 'string' },
    seed: { type: 'string', default: '2' },
    turns: { type: 'string', default: '240' },
    json: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args: [...words], options })
  return { folder: values.folder, seed: Number(values.seed), turns: Number(values.turns) }
}

const fixed = { endOfTurn: 500, endOfTurnLeast: 500, endOfTurnMost: 500, bargeInAfter: 0 }

const rules: readonly Rule[] = [
  { name: 'plain silence of 500 ms', settings: { ...conversationDefaults, ...fixed }, words: false, melody: false },
  { name: 'ours, sound alone', settings: conversationDefaults, words: false, melody: true },
  { name: 'ours, words 300 ms late', settings: conversationDefaults, words: true, melody: true },
]

export async function runTurns(plan: TurnsPlan): Promise<Record<string, number>> {
  await using scope = new Scope('bench')
  const vads = await createVad({ kind: 'auto', scope })
  const verdicts = new Map<string, Verdicts[]>(rules.map(({ name }) => [name, []]))
  for await (const call of plan.folder === undefined ? makeCalls(plan.seed, plan.turns) : readCalls(plan.folder)) {
    for (const rule of rules) {
      const { endOfTurn, endOfTurnMost } = rule.settings
      const plain = vads.factory({ hangover: Math.max(endOfTurn, endOfTurnMost), pause: 120 })
      const vad = rule.melody ? withEndings(plain, melodyTurns) : plain
      verdicts.get(rule.name)!.push(await hold(call, { vad, behind: () => vads.stats.behind > 0 }, rule))
    }
  }
  return Object.fromEntries([...verdicts].flatMap(([name, found]) => figures(name, found)))
}

function figures(name: string, calls: readonly Verdicts[]): readonly (readonly [string, number])[] {
  const turns = calls.flatMap((call) => call.turns)
  const over = calls.flatMap((call) => call.overlaps)
  const delays = turns.flatMap(({ delay }) => (delay === undefined ? [] : [delay])).toSorted((a, b) => a - b)
  const [mere, stops] = [over.filter(({ stops: wants }) => !wants), over.filter(({ stops: wants }) => wants)]
  const sorted = (found: readonly (number | undefined)[]) =>
    found.filter((ms) => ms !== undefined).toSorted((one, other) => one - other)
  const stopped = sorted(stops.map(({ stoppedAfter }) => stoppedAfter))
  const silent = sorted(stops.flatMap((one) => (one.stoppedAfter === undefined ? [] : [one.silentAfter])))
  const paused = sorted(mere.map(({ silentFor }) => silentFor))
  const told: readonly (readonly [string, number])[] = [
    ['turns', turns.length],
    ['turns cut off', turns.filter(({ cuts }) => cuts > 0).length],
    ['false ends', turns.reduce((sum, { cuts }) => sum + cuts, 0)],
    ['ends not noticed', turns.length - delays.length],
    ['delay p50, ms', percentile(delays, 0.5)],
    ['delay p95, ms', percentile(delays, 0.95)],
    ['signs of listening', mere.length],
    ['… that stopped the agent', mere.filter(({ stoppedAfter }) => stoppedAfter !== undefined).length],
    ['… paused it for p50, ms', percentile(paused, 0.5)],
    ['interruptions', stops.length],
    ['… that did not stop it', stops.length - stopped.length],
    ['… last heard of it after p50, ms', percentile(silent, 0.5)],
    ['… last heard of it after p95, ms', percentile(silent, 0.95)],
    ['… stopped after p50, ms', percentile(stopped, 0.5)],
  ]
  // Of what never happened there is no middle.
  const known = told.filter(([, value]) => !Number.isNaN(value))
  return known.map(([what, value]) => [`${name}: ${what}`, Math.round(value)] as const)
}

const labels = z.object({
  turns: z.array(
    z.object({
      from: z.number().min(0),
      to: z.number().min(0),
      words: z.array(z.object({ text: z.string(), to: z.number() })).optional(),
    }),
  ),
  overlaps: z.array(z.object({ from: z.number(), to: z.number(), stops: z.boolean() })).optional(),
})

async function* readCalls(folder: string): AsyncGenerator<CorpusCall> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wav')).toSorted()
  if (names.length === 0) throw new Error(`There is no .wav file in ${folder}`)
  for (const file of names) {
    const name = basename(file, '.wav')
    const wav = readWav(await readFile(join(folder, file)))
    const parsed = labels.safeParse(JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')))
    if (!parsed.success) throw new Error(`${name}.json does not say what it should:\n${z.prettifyError(parsed.error)}`)
    const { turns, overlaps } = parsed.data
    yield {
      name,
      pcm: resampled(mono(wav), wav.rate, rate),
      labels: {
        turns: turns.map(({ words, ...turn }) => ({ ...turn, ...(words && { words }) })),
        ...(overlaps && { overlaps }),
      },
    }
  }
}
