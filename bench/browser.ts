/** Calls from browsers: how fast they connect, what each costs, and what the way through us adds between mouth and ear. */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { realClock } from '../src/lib/clock.ts'
import { Scope } from '../src/lib/scope.ts'
import { openPhone } from '../test/e2e/webrtc/page.ts'
import { hasChromium, startChromium } from '../test/services/chromium.ts'
import { openCalls } from './browser-calls.ts'
import { startChild, takeCores, type Child } from './child.ts'
import { rounded, spread } from './statistics.ts'

interface Gateway {
  readonly url: string
  readonly key: string
}

export interface BrowserPlan {
  readonly n: number
  readonly seconds: number
}

export function readBrowserPlan(words: readonly string[]): BrowserPlan {
  const { values } = parseArgs({
    args: [...words],
    options: {
      n: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    },
  })
  return { n: Number(values.n), seconds: Number(values.seconds) }
}

/** Pages that are measured one after another for the time to connect. */
const pages = 5
/** Before the window: what is loaded and compiled once. */
const settling = 5000

/** A connection that nobody calls. */
const unused = { carrier: 'twilio', settings: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'none' } }

export async function runBrowser(plan: BrowserPlan): Promise<Readonly<Record<string, unknown>>> {
  await using scope = new Scope('bench')
  const cores = takeCores()
  const dataDir = await mkdtemp(join(tmpdir(), 'offhook-bench-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const child = startChild(scope, cores, undefined)
  const nobody = { ...unused, apiBase: 'http://127.0.0.1:9', number: '+15550100000' }
  const gateway = await child.ask({ type: 'start', agent: 'echo', record: false, dataDir, ...nobody })
  const echo = await echoAt16k(gateway)
  const seen = hasChromium() ? await inPages(gateway, echo) : 'no Chromium here'
  const cost = await costOf(child, gateway, echo, plan)
  await child.ask({ type: 'stop' })
  return {
    ...cost,
    browser: seen,
    cores: cores.note,
    machine: cpus()[0]?.model,
    load: loadavg().map((one) => rounded(one)),
  }
}

/** At the line's own rate: what resamplers cost and delay is measured elsewhere. */
async function echoAt16k({ url, key }: Gateway): Promise<string> {
  const reply = await fetch(`${url}/v1/agents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Echo', provider: 'echo', settings: { rate: 16_000 } }),
  })
  const { id } = (await reply.json()) as { readonly id: string } // as the API answers
  return id
}

async function costOf(child: Child, gateway: Gateway, agent: string, { n, seconds }: BrowserPlan) {
  await using scope = new Scope('calls')
  const calls = await openCalls(scope, { ...gateway, agent }, n)
  await realClock.sleep(settling)
  calls.returned()
  const before = await child.ask({ type: 'usage' })
  const began = realClock.monotonic()
  await realClock.sleep(seconds * 1000)
  const after = await child.ask({ type: 'usage' })
  const window = realClock.monotonic() - began
  return {
    calls: after.calls,
    percentOfACorePerCall: rounded((after.cpu - before.cpu) / 10 / window / n),
    packetsReturned: rounded(calls.returned() / (n * (window / 20)), 4),
    lateFrames: after.lateFrames - before.lateFrames,
  }
}

async function inPages({ url, key }: Gateway, agent: string) {
  await using scope = new Scope('pages')
  const browser = await startChromium(scope)
  const options = { url, key, hertz: 1000, codec: 'opus', data: { agent } } as const
  const connected: number[] = []
  for (let at = 0; at < pages; at++) {
    const phone = await openPhone(browser, `${url}/health`)
    connected.push((await phone.place(options)).connected)
    await phone.hangUp()
    await phone.page.close()
  }
  const phone = await openPhone(browser, `${url}/health`)
  await phone.page.addScriptTag({ path: join(import.meta.dirname, 'browser-page.js') })
  const alone = await phone.run<readonly number[]>('measure.loop()')
  await phone.place(options)
  const through = await phone.run<readonly number[]>('measure.call()')
  await phone.hangUp()
  return {
    connectMs: connected.map((ms) => Math.round(ms)),
    mouthToEarMs: {
      withinTheBrowser: { ...spread(alone), least: rounded(Math.min(...alone)) },
      throughTheGateway: { ...spread(through), least: rounded(Math.min(...through)) },
      added: rounded(spread(through).p50 - spread(alone).p50),
      addedLeast: rounded(Math.min(...through) - Math.min(...alone)),
    },
  }
}
