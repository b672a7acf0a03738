/** The carrier's side of the bench: many simulated callers at once, with a book on each. */
import {
  Phone,
  serveCarrier,
  simulatedCarrier,
  type CarrierSimulator,
  type SimulatedCall,
} from '../simulators/index.ts'
import { realClock } from '../src/lib/clock.ts'
import { randomIds } from '../src/lib/ids.ts'
import type { Scope } from '../src/lib/scope.ts'
import { Ledger } from './ledger.ts'
import { frameLength, speak, type Tape } from './tape.ts'

export interface Load {
  readonly account: {
    readonly carrier: string
    readonly settings: Readonly<Record<string, unknown>>
    readonly apiBase: string
  }
  readonly number: string
  /** Calls to the number ask `voice` what to do. */
  point(urls: { readonly voice: string; readonly status: string }): void
  /** Begins `n` calls, one every few ms; resolves when sound has come back on each. */
  begin(n: number, tape: Tape): Promise<readonly Ledger[]>
  /** Everybody hangs up; resolves when the carrier has reported it. */
  end(): Promise<void>
}

const number = '+15550100001'
/** Between two calls, ms. */
const gap = 25
/** For all of them to come up, ms. */
const patience = 60_000

export async function startLoad(scope: Scope, name = 'twilio'): Promise<Load> {
  const carrier = simulatedCarrier(name)
  const drawn = carrier.draw(randomIds)
  const ledgers = new Map<SimulatedCall, Ledger>()
  const opened = carrier.open(drawn, {
    clock: realClock,
    ids: randomIds,
    scope,
    keepWire: 'none',
    onMedia({ call, direction, bytes, at }) {
      const ledger = ledgers.get(call)
      if (direction === 'sent') return ledger?.sent(bytes, at)
      // Some carriers take several frames at once.
      for (let from = 0; from < bytes.length; from += frameLength)
        ledger?.returned(bytes.subarray(from, from + frameLength), at)
    },
  })
  const simulator = await serveCarrier(opened, { scope })
  const settings = { ...drawn, ...carrier.address(simulator.url) }
  return {
    account: { carrier: name, settings, apiBase: simulator.url },
    number,
    point: (urls) => simulator.point(number, urls),
    async begin(n, tape) {
      const made: Ledger[] = []
      for (let index = 0; index < n; index++) {
        const ledger = new Ledger(index + 1)
        made.push(ledger)
        ledgers.set(ring(simulator, tape, ledger), ledger)
        await realClock.sleep(gap)
      }
      await allUp(simulator, made)
      return made
    },
    async end() {
      const calls = [...ledgers.keys()]
      ledgers.clear()
      for (const call of calls) {
        call.hangup()
        await realClock.sleep(2)
      }
      await Promise.all(calls.map((call) => call.ended))
    },
  }
}

function ring(simulator: CarrierSimulator, tape: Tape, ledger: Ledger): SimulatedCall {
  const script = (phone: Phone) => speak(phone, { call: ledger.call, tape })
  const phone = new Phone({ clock: realClock, record: false, script })
  return simulator.call({ from: `+1555020${String(ledger.call).padStart(4, '0')}`, to: number, phone })
}

async function allUp(simulator: CarrierSimulator, ledgers: readonly Ledger[]): Promise<void> {
  const limit = realClock.monotonic() + patience
  while (!ledgers.every(({ up }) => up)) {
    if (realClock.monotonic() > limit) {
      const up = ledgers.filter((one) => one.up).length
      const alert = simulator.alerts.at(-1)?.message ?? 'none'
      throw new Error(`only ${up} of ${ledgers.length} calls came up in ${patience / 1000} s; last alert: ${alert}`)
    }
    await realClock.sleep(50)
  }
}
