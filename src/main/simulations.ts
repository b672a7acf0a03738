/** The simulated phone: calls that people order through simulated carriers, and what their callers do. */
import type { Faults, InboundCall, SimulatedCall } from '../../simulators/index.ts'
import type { Act, SimulationOrder, Simulations } from '../api/parts.ts'
import type { Engine } from '../calls/engine.ts'
import { OffhookError } from '../spec/errors.ts'
import type { PhoneNumber } from '../store/contract.ts'
import { Caller, makeReady } from './caller.ts'
import { faultsSchema, readFaults } from './faults.ts'
import type { SimulatedLine } from './simulators.ts'

export interface SimulationsOptions {
  readonly engine: Engine
  /** Filled once the gateway listens. */
  readonly lines: () => readonly SimulatedLine[]
  readonly speak: (text: string) => Promise<Int16Array>
  /** Who answers calls of this carrier reference, whoever the number belongs to. */
  readonly answering: Map<string, string>
}

interface Running {
  readonly organization: string
  readonly caller: Caller
  /** Acts are made ready one order after the other, so that they stay in order. */
  ready: Promise<unknown>
}

const usualCaller = '+15550199999'
/** From the carrier's ringing to the call in our journal, ms. */
const makingLimit = 15_000
/** At one time: each takes a voice, a socket and an agent. */
const mostRunning = 50

export function openSimulations(options: SimulationsOptions): Simulations {
  const { engine, lines, speak } = options
  const running = new Map<string, Running>()
  return {
    list: (organization) =>
      Promise.all(
        lines().map(async ({ carrier, label, connection }) => ({
          ...{ carrier, label, faults: faultsSchema },
          numbers: (await numbersOf(engine, organization, connection)).map(({ number, agent }) => ({
            number,
            agent: agent ?? null,
          })),
        })),
      ),
    async call(order) {
      if (running.size >= mostRunning)
        throw new OffhookError('overloaded', `${running.size} simulated calls run already: wait until some are over`)
      const line = lineOf(lines(), order.carrier)
      const { from, to } = await endsOf(engine, line, order)
      const faults = order.faults && readFaults(order.faults)
      const caller = new Caller(engine.clock, await makeReady(order.script, speak), order.stayOnLine)
      const call = ring(line, { from, to, phone: caller.phone }, faults)
      if (order.agent !== undefined) options.answering.set(call.ref, order.agent)
      const id = engine.ids.id('sim')
      running.set(id, { organization: order.organization, caller, ready: Promise.resolve() })
      const over = call.ended.then(({ why }) => {
        running.delete(id)
        options.answering.delete(call.ref)
        if (faults) line.simulator.clearFaults()
        return why
      })
      return { call: await recorded(engine, line, call.ref, over), simulation: id }
    },
    async act(organization, simulation, script) {
      const found = running.get(simulation)
      if (found?.organization !== organization)
        throw new OffhookError('call.ended', `Simulated call "${simulation}" is over: start another one`)
      return addInTurn(found, script, speak)
    },
  }
}

async function addInTurn(
  running: Running,
  script: readonly Act[],
  speak: SimulationsOptions['speak'],
): Promise<number> {
  const before = running.ready
  const adding = (async () => {
    const acts = await makeReady(script, speak)
    await before
    return running.caller.add(acts)
  })()
  // A script that fails keeps nobody from the next.
  running.ready = adding.catch(() => undefined)
  return adding
}

function lineOf(lines: readonly SimulatedLine[], carrier: string): SimulatedLine {
  const line = lines.find((one) => one.carrier === carrier)
  if (line) return line
  const known = lines.map((one) => one.carrier).join(', ')
  throw new OffhookError('provider.unknown', `No simulated carrier is named "${carrier}" (there are: ${known})`)
}

async function endsOf(engine: Engine, line: SimulatedLine, order: SimulationOrder) {
  const { organization, agent } = order
  const numbers = await numbersOf(engine, organization, line.connection)
  const to = order.to ?? line.number
  if (!numbers.some(({ number }) => number === to)) {
    const known = numbers.map(({ number }) => number).join(', ') || 'none'
    throw new OffhookError('number.unassigned', `"${to}" is no number of the simulated line (there are: ${known})`)
  }
  if (agent !== undefined && !(await engine.store.agents.get(organization, agent)))
    throw new OffhookError('not-found', `There is no agent "${agent}"`)
  // A number that was added since is told to the simulator now.
  if (to !== line.number) line.simulator.point(to, targetsOf(engine, line))
  return { from: order.from ?? usualCaller, to }
}

function targetsOf(engine: Engine, { carrier, connection }: SimulatedLine): Readonly<Record<string, string>> {
  const at = (purpose: string) => new URL(`carriers/${carrier}/${connection}/${purpose}`, engine.publicUrl()).href
  return { voice: at('voice'), status: at('status') }
}

async function numbersOf(engine: Engine, organization: string, connection: string): Promise<readonly PhoneNumber[]> {
  const { items } = await engine.store.numbers.list(organization, { limit: 200 })
  return items.filter((number) => number.connection === connection).toReversed()
}

/** One simulator, one set of faults: two calls that each want their own would spoil each other. */
function ring({ simulator, label }: SimulatedLine, call: InboundCall, faults: Faults | undefined): SimulatedCall {
  if (!faults) return simulator.call(call)
  if (Object.keys(simulator.faults).length > 0)
    throw new OffhookError('conflict', `Another simulated call has faults at ${label}: wait until it is over`)
  Object.assign(simulator.faults, faults)
  try {
    return simulator.call(call)
  } catch (error) {
    simulator.clearFaults()
    throw error
  }
}

/** The call's id in the journal. `over` resolves to why, when it ends before it gets there. */
async function recorded(engine: Engine, line: SimulatedLine, ref: string, over: Promise<string>): Promise<string> {
  const { clock, store, scope } = engine
  const limit = clock.monotonic() + makingLimit
  let ended: string | undefined
  void over.then((why) => (ended = why))
  for (;;) {
    const call = await store.calls.findByRef(line.connection, ref)
    if (call) return call.id
    if (ended !== undefined)
      throw new OffhookError('carrier.failed', `The simulated call ended before Offhook had it: ${ended}`)
    if (clock.monotonic() > limit)
      throw new OffhookError('carrier.timeout', 'The simulated carrier rang, and Offhook recorded no call: see the log')
    await clock.sleep(30, scope.signal)
  }
}
