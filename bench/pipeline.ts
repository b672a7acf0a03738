/** Pipelines against vendors with fixed delays: what we ourselves add to a turn, and whether sound is lost on its way to the recogniser. */
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { realClock } from '../src/lib/clock.ts'
import { Scope } from '../src/lib/scope.ts'
import { startChild, takeCores } from './child.ts'
import type { Ledger, Window } from './ledger.ts'
import { startLoad } from './load.ts'
import type { PipelinePlan } from './options.ts'
import { perCallMinute, rounded, spread } from './statistics.ts'
import { noiseTape } from './tape.ts'
import { delays, startVendors, type Turn, type Vendors } from './vendors.ts'

const warmUp = { calls: 5, ms: 6000, rest: 2000 }
/** Between the last call's coming up and the window, ms. */
const settling = 2000
/** For the last answers of the window, ms. */
const stragglers = 1500

export async function runPipeline({ n, seconds, profile }: PipelinePlan): Promise<Readonly<Record<string, unknown>>> {
  await using scope = new Scope('bench')
  const cores = takeCores()
  const dataDir = await mkdtemp(join(tmpdir(), 'offhook-bench-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const vendors = await startVendors(scope)
  const child = startChild(scope, cores, profile)
  const load = await startLoad(scope)
  const order = { type: 'start', agent: 'pipeline', vendors: vendors.url, record: false, dataDir } as const
  const ready = await child.ask({ ...order, ...load.account, number: load.number })
  const webhooks = `${ready.url}/carriers/${load.account.carrier}/${ready.connection}`
  load.point({ voice: `${webhooks}/voice`, status: `${webhooks}/status` })
  const tape = noiseTape(seconds * 1000 + 120_000)
  await load.begin(Math.min(n, warmUp.calls), tape)
  await realClock.sleep(warmUp.ms)
  await load.end()
  await realClock.sleep(warmUp.rest)
  const ledgers = await load.begin(n, tape)
  await realClock.sleep(settling)
  const lag = monitorEventLoopDelay({ resolution: 1 })
  lag.enable()
  const before = await child.ask({ type: 'usage' })
  const from = realClock.monotonic()
  await realClock.sleep(seconds * 1000)
  const window = { from, to: realClock.monotonic() }
  const after = await child.ask({ type: 'usage' })
  lag.disable()
  await realClock.sleep(stragglers)
  await load.end()
  await child.ask({ type: 'stop' })
  return {
    ...turnsOf(vendors, ledgers, window),
    ...lossOf(vendors, ledgers, window),
    cpuSecondsPerCallMinute: rounded(perCallMinute(after.cpu - before.cpu, n, seconds * 1000), 3),
    lateFrames: after.lateFrames - before.lateFrames,
    callsUp: after.calls,
    ...{ n, seconds, vendorDelays: delays },
    ...{ gatewayLoopMs: after.stalls.wall, gatewayOwnWorkMs: after.stalls.own },
    preemptions: after.preempted - before.preempted,
    loadLagP99Ms: rounded(lag.percentile(99) / 1e6),
    loadAverage: rounded(loadavg()[0] ?? 0),
    cores: cores.note,
  }
}

/** Our share: from the recogniser's end of turn to the question, from the first words to the speaker, from its sound to the line. */
function turnsOf(vendors: Vendors, ledgers: readonly Ledger[], { from, to }: Window) {
  const shares: Record<'toModel' | 'toSpeaker' | 'toLine' | 'own' | 'whole', number[]> = {
    ...{ toModel: [], toSpeaker: [], toLine: [] },
    ...{ own: [], whole: [] },
  }
  let unanswered = 0
  for (const turn of vendors.turns.filter(({ over }) => over >= from && over < to)) {
    const heard = whole(turn) && ledgers.find(({ call }) => call === turn.call)?.soundAfter(turn.sounded)
    if (!whole(turn) || !heard) {
      unanswered++
      continue
    }
    const [toModel, toSpeaker, toLine] = [turn.asked - turn.over, turn.given - turn.said, heard - turn.sounded]
    shares.toModel.push(toModel)
    shares.toSpeaker.push(toSpeaker)
    shares.toLine.push(toLine)
    shares.own.push(toModel + toSpeaker + toLine)
    shares.whole.push(heard - turn.over)
  }
  const own = spread(shares.own)
  return {
    ownMs: own,
    toModelMs: spread(shares.toModel),
    toSpeakerMs: spread(shares.toSpeaker),
    toLineMs: spread(shares.toLine),
    wholeMs: spread(shares.whole),
    ratioP50: rounded(spread(shares.whole).p50 / (delays.model + delays.speaker), 3),
    unansweredTurns: unanswered,
  }
}

function whole(turn: Turn): turn is Required<Turn> {
  return turn.asked !== undefined && turn.said !== undefined && turn.given !== undefined && turn.sounded !== undefined
}

function lossOf(vendors: Vendors, ledgers: readonly Ledger[], window: Window) {
  const books = ledgers.map((ledger) => ledger.unheard(window, vendors.heard(ledger.call)))
  return {
    framesSent: books.reduce((sum, { sent }) => sum + sent, 0),
    framesLost: books.reduce((sum, { lost }) => sum + lost, 0),
  }
}
