/** Many calls at once: what each costs the gateway, what it adds to the sound's way, and whether anything is lost. */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { realClock } from '../src/lib/clock.ts'
import { Scope } from '../src/lib/scope.ts'
import { startChild, takeCores, type Child, type Cores } from './child.ts'
import type { Ledger, Tally, Window } from './ledger.ts'
import { startLoad, type Load } from './load.ts'
import type { Ready, Usage } from './messages.ts'
import type { CallsPlan } from './options.ts'
import { perCallMinute, rounded, spread, type Spread } from './statistics.ts'
import { frameLength, noiseTape, offsetOf, speechTape, type Tape } from './tape.ts'

export interface CallsResult {
  readonly cpuSecondsPerCallMinute: number
  readonly rssPerCallMB: number
  /** From the sending of a frame to its return. */
  readonly addedMs: { readonly p50: number; readonly p99: number; readonly max: number } | null
  readonly framesLost: number
  readonly lateFrames: number
  readonly [more: string]: unknown
}

/** Calls before the measured ones: loads what is loaded once, and warms the compiler up. What was needed for that goes in `rest`. */
const warmUp = { calls: 10, ms: 3000, rest: 5000 }
/** Between the last call's coming up and the window, ms. */
const settling = 2000
/** For the last frames of the window to return, ms. */
const stragglers = 1000

export async function runCalls(plan: CallsPlan): Promise<CallsResult> {
  await using scope = new Scope('bench')
  const cores = takeCores()
  const dataDir = await mkdtemp(join(tmpdir(), 'offhook-bench-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const tape = plan.agent === 'talker' ? await speechTape() : noiseTape(plan.seconds * 1000 + 120_000)
  const child = startChild(scope, cores, plan.profile)
  const load = await startLoad(scope, plan.carrier)
  const { agent, record } = plan
  const ready = await child.ask({ type: 'start', agent, record, dataDir, ...load.account, number: load.number })
  const webhooks = `${ready.url}/carriers/${plan.carrier}/${ready.connection}`
  load.point({ voice: `${webhooks}/voice`, status: `${webhooks}/status` })
  const run = await measure(plan, child, load, tape)
  await child.ask({ type: 'stop' })
  return resultOf(plan, run, { ready, tape, cores })
}

interface Run {
  readonly ledgers: readonly Ledger[]
  readonly window: Window
  readonly before: Usage
  readonly after: Usage
  readonly rssPerCall: number
  readonly heapPerCall: number
  /** How late the load's own loop was, p99, ms: it is part of `addedMs`. */
  readonly loadLag: number
  /** The load's own share of its core. */
  readonly loadBusy: number
}

async function measure({ n, seconds }: CallsPlan, child: Child, load: Load, tape: Tape): Promise<Run> {
  await load.begin(Math.min(n, warmUp.calls), tape)
  await realClock.sleep(warmUp.ms)
  await load.end()
  await realClock.sleep(warmUp.rest)
  const idle = await child.ask({ type: 'memory' })
  const ledgers = await load.begin(n, tape)
  await realClock.sleep(settling)
  const lag = monitorEventLoopDelay({ resolution: 1 })
  lag.enable()
  const own = process.cpuUsage()
  const from = realClock.monotonic()
  const before = await child.ask({ type: 'usage' })
  await realClock.sleep(from + seconds * 1000 - realClock.monotonic())
  const after = await child.ask({ type: 'usage' })
  const to = realClock.monotonic()
  const { user, system } = process.cpuUsage(own)
  lag.disable()
  await realClock.sleep(stragglers)
  // Last: a collection costs time, and would disturb the frames.
  const busy = await child.ask({ type: 'memory' })
  await load.end()
  const loadBusy = (user + system) / 1000 / (to - from)
  const memory = { rssPerCall: (busy.rss - idle.rss) / n, heapPerCall: (busy.heap - idle.heap) / n }
  return { ledgers, window: { from, to }, before, after, ...memory, loadLag: lag.percentile(99) / 1e6, loadBusy }
}

interface Surroundings {
  readonly ready: Ready
  readonly tape: Tape
  readonly cores: Cores
}

function resultOf(plan: CallsPlan, run: Run, { ready, tape, cores }: Surroundings): CallsResult {
  const { window, before, after } = run
  const windowMs = window.to - window.from
  const frames = plan.agent === 'talker' ? heardFrames(run) : returnedFrames(plan, run, tape)
  return {
    cpuSecondsPerCallMinute: rounded(perCallMinute(after.cpu - before.cpu, plan.n, windowMs), 3),
    rssPerCallMB: rounded(run.rssPerCall / 2 ** 20, 3),
    heapPerCallMB: rounded(run.heapPerCall / 2 ** 20, 3),
    ...frames,
    lateFrames: after.lateFrames - before.lateFrames,
    ...(plan.agent === 'talker' ? bargeIn(run, ready, tape) : {}),
    framesSentByGateway: after.framesSent - before.framesSent,
    callsUp: after.calls,
    preemptions: after.preempted - before.preempted,
    loadBusy: rounded(run.loadBusy),
    loadLagP99Ms: rounded(run.loadLag),
    ...{ n: plan.n, seconds: plan.seconds, agent: plan.agent, vad: plan.agent === 'talker', record: plan.record },
    carrier: plan.carrier,
    ...machine(cores),
  }
}

interface Frames {
  readonly addedMs: Omit<Spread, 'count'> | null
  readonly framesSent: number
  readonly framesLost: number
}

/** Their sound is linear on the wire: what comes back is the same to the ear, not to the bit. */
const linear = ['vonage', 'exotel']

function returnedFrames({ agent, carrier }: CallsPlan, { ledgers, window }: Run, tape: Tape): Frames {
  const tallies: readonly Tally[] = ledgers.map((one) =>
    agent === '24k' || linear.includes(carrier) ? one.alike(window, tape) : one.exact(window),
  )
  const { p50, p99, max } = spread(tallies.flatMap(({ added }) => added))
  return {
    addedMs: { p50, p99, max },
    framesSent: tallies.reduce((sum, { sent }) => sum + sent, 0),
    framesLost: tallies.reduce((sum, { lost }) => sum + lost, 0),
  }
}

/** The talker returns nothing: it counts what it hears. */
function heardFrames({ before, after }: Run): Frames {
  const framesLost = after.missed - before.missed
  return { addedMs: null, framesSent: after.heard - before.heard + framesLost, framesLost }
}

/**
 * From the sending of the frame in which a caller begins to speak to the last of the agent's frames. The detector's part
 * ends with the sending of the frame on which it decided; what is beyond that is ours.
 */
function bargeIn({ ledgers, window, after }: Run, { windowMs }: Ready, tape: Tape) {
  const frames = tape.bytes.length / frameLength
  const silent: number[] = []
  const detector: number[] = []
  const beyond: number[] = []
  let unheard = 0
  for (const ledger of ledgers) {
    const decisions = after.decisions.filter(({ call }) => call === ledger.call)
    const starts = (frame: number) => tape.onsets.has((frame + offsetOf(ledger.call, tape)) % frames)
    for (const { frame, silentMs } of ledger.interruptions(window, starts)) {
      const decision = decisions.find((one) => one.frame >= frame)
      if (silentMs === undefined || !decision) {
        unheard++
        continue
      }
      const took = ledger.between(frame, decision.frame)
      silent.push(silentMs)
      detector.push(took)
      beyond.push(silentMs - took)
    }
  }
  return {
    vadWindowMs: windowMs,
    onsetToSilenceMs: spread(silent),
    onsetToDecisionMs: spread(detector),
    beyondDecisionMs: spread(beyond),
    beyondWindowMs: spread(silent.map((ms) => ms - windowMs)),
    unheardOnsets: unheard,
  }
}

function machine({ note }: Cores) {
  const all = cpus()
  const [load = 0] = loadavg()
  const cpu = all[0]?.model.trim() ?? 'unknown'
  return { node: process.version, cpu, cores: all.length, pinned: note, loadAverage: rounded(load) }
}
