/** One scenario on one simulated carrier: the call is made, the person performs, and the evidence is judged. */
import { Phone, type DialBehaviour, type SimulatedCall } from '../../../simulators/index.ts'
import { dial } from '../../calls/outbound.ts'
import { agentSettings } from '../../conversation/settings.ts'
import { OffhookError } from '../../spec/errors.ts'
import { readFaults } from '../faults.ts'
import type { Gateway } from '../gateway.ts'
import { organization } from '../seed.ts'
import type { SimulatedLine } from '../simulators.ts'
import { judge } from './judge.ts'
import type { Outcome } from './junit.ts'
import { Observer } from './observer.ts'
import { perform, prepare, type Prepared } from './perform.ts'
import type { Scenario } from './scenario.ts'

const somebody = '+15550199999'

export interface Running {
  readonly gateway: Gateway
  readonly speak: (text: string) => Promise<Int16Array>
}

/** Never rejects for what the call did: that is the outcome. */
export async function runScenario(running: Running, scenario: Scenario, line: SimulatedLine): Promise<Outcome> {
  const { engine } = running.gateway
  const began = engine.clock.monotonic()
  const steps = await prepare(scenario, running.speak)
  const agent = await agentFor(running.gateway, scenario)
  using observer = new Observer(engine.store.journal, engine.clock)
  Object.assign(line.simulator.faults, readFaults(scenario.faults))
  try {
    const { id, problem, phone } = await play({ running, scenario, line, agent, observer, steps })
    const record = id === undefined ? undefined : await engine.store.calls.find(id)
    const events = id === undefined ? [] : observer.events(id)
    const problems = judge(scenario, { record, events, heard: phone.heard.pcm() })
    return {
      ...{ scenario: scenario.name, carrier: line.carrier, seconds: (engine.clock.monotonic() - began) / 1_000 },
      problems: [...(problem === undefined ? [] : [problem]), ...problems],
      transcript: events.flatMap((event) => (event.type === 'message.added' ? [`${event.role}: ${event.text}`] : [])),
    }
  } finally {
    line.simulator.clearFaults()
  }
}

async function agentFor({ engine, store }: Gateway, { agent: provider, settings, name }: Scenario): Promise<string> {
  const spec = engine.agents.get(provider)
  if (!spec)
    throw new OffhookError(
      'provider.unknown',
      `Scenario "${name}": no agent provider is named "${provider}" (there are: ${[...engine.agents.keys()].join(', ')})`,
    )
  const read = agentSettings(spec).safeParse(settings)
  if (!read.success)
    throw new OffhookError(
      'settings.invalid',
      `Scenario "${name}": ${read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
    )
  const [id, now] = [engine.ids.id('agt'), engine.clock.now()]
  await store.agents.create({
    id,
    organization,
    name: `${name} ${id}`,
    provider,
    settings,
    createdAt: now,
    updatedAt: now,
  })
  return id
}

interface Play {
  readonly running: Running
  readonly scenario: Scenario
  readonly line: SimulatedLine
  readonly agent: string
  readonly observer: Observer
  readonly steps: readonly Prepared[]
}

interface Played {
  readonly id: string | undefined
  readonly problem: string | undefined
  readonly phone: Phone
}

async function play(told: Play): Promise<Played> {
  const { running, scenario, line, observer, steps } = told
  const { engine } = running.gateway
  const over = new AbortController()
  let id: string | undefined
  let problem: string | undefined
  const script = async (self: Phone): Promise<void> => {
    problem = await perform({ phone: self, observer, call: () => id, signal: over.signal }, steps)
  }
  const phone = new Phone({ clock: engine.clock, script })
  const placed = scenario.direction === 'inbound' ? await ring(told, phone) : await place(told, phone)
  const watch = (async () => {
    id = placed.id ?? (await known(told, placed.leg))
  })()
  const late = engine.clock.timer(scenario.limit * 1_000, () => {
    problem ??= `the call was not over after ${scenario.limit} s`
    phone.hangup()
  })
  await (placed.leg ? placed.leg.ended : ended(told, placed.id))
  late.cancel()
  over.abort()
  await watch
  if (id !== undefined) await engine.live.get(id)?.over.promise
  await line.simulator.calls.get(placed.leg?.ref ?? '')?.phone.done
  return { id, problem, phone }
}

interface Placed {
  readonly id?: string
  readonly leg?: SimulatedCall
}

/** Somebody calls; the number is answered by the scenario's agent. */
async function ring({ running, scenario, line, agent }: Play, phone: Phone): Promise<Placed> {
  const { store } = running.gateway
  const number = await store.numbers.find(line.connection, scenario.to ?? line.number)
  if (!number)
    throw new OffhookError(
      'number.unassigned',
      `Scenario "${scenario.name}": ${scenario.to} is no number of ${line.label}`,
    )
  await store.numbers.update({ ...number, agent })
  return { leg: line.simulator.call({ from: scenario.from ?? somebody, to: number.number, phone }) }
}

/** Offhook calls; the person, or whoever answers instead, is at the other end. */
async function place({ running, scenario, line, agent }: Play, phone: Phone): Promise<Placed> {
  const { engine } = running.gateway
  const behaviour = await behaviourOf(running, scenario, phone)
  line.simulator.onDial(() => behaviour)
  const { id } = await dial(engine, organization, {
    ...{ to: scenario.to ?? somebody, connection: line.connection, agent, variables: scenario.variables },
    ...(scenario.from === undefined ? {} : { from: scenario.from }),
    ...(scenario.voicemailMessage === undefined ? {} : { voicemailMessage: scenario.voicemailMessage }),
  })
  return { id }
}

async function behaviourOf({ speak }: Running, { person, greeting }: Scenario, phone: Phone): Promise<DialBehaviour> {
  if (person === 'answers') return { type: 'answer', phone, afterMs: 300 }
  if (person === 'machine') return { type: 'machine', greeting: await speak(greeting), afterMs: 300 }
  return { type: person }
}

/** The call's id, once the journal has it; undefined when it never got there. */
async function known({ running, line }: Play, leg: SimulatedCall | undefined): Promise<string | undefined> {
  const { store, clock, scope } = running.gateway.engine
  let over = leg === undefined
  void leg?.ended.then(() => (over = true))
  for (;;) {
    const record = leg && (await store.calls.findByRef(line.connection, leg.ref))
    if (record || over) return record?.id
    await clock.sleep(50, scope.signal)
  }
}

async function ended({ observer, scenario, running }: Play, id: string | undefined): Promise<void> {
  const look = () => observer.events(id ?? '').find(({ type }) => type === 'call.ended')
  await observer.until(look, scenario.limit * 1_000, running.gateway.engine.scope.signal)
}
