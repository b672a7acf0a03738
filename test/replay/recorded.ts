/** A gateway that keeps its calls' inputs, and telephone lines to call it on. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { CarrierSpec } from '../../src/spec/carrier.ts'
import { readReplay, type Replay } from '../../src/main/replays.ts'
import { twilio } from '../../src/providers/carriers/twilio/twilio.ts'
import type { Stage } from '../conformance/live/stage.ts'
import { openHouse, type House, type HouseOptions } from '../e2e/gateway.ts'
import { twilioLive } from '../e2e/twilio-line.ts'
import { until } from '../e2e/until.ts'

export const carriers: ReadonlyMap<string, CarrierSpec> = new Map([[twilio.name, twilio]])

export interface Archive {
  /** A line and an agent of its own for one test. */
  stage(settings?: Readonly<Record<string, unknown>>): Promise<Stage>
  /** A line to an agent that is there already. */
  stageFor(agent: string): Promise<Stage>
  /** The whole recording of a call, once the call has let go of it. */
  replay(call: string): Promise<Replay & { readonly file: string }>
}

/** Declares the gateway of the suite. */
export function archive(options: HouseOptions = {}): Archive {
  let house: House
  let dataDir: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'offhook-replay-'))
    const values = { OFFHOOK_DATA_DIR: dataDir, OFFHOOK_REPLAY: 'true', OFFHOOK_SIMULATORS: 'off' }
    house = await openHouse({ ...options, values })
  })
  afterAll(async () => {
    await house[Symbol.asyncDispose]()
    await rm(dataDir, { recursive: true, force: true })
  })
  const stageFor = async (agent: string) => ({
    house,
    agent: { id: agent, key: '' },
    line: await twilioLive.line(house, agent),
  })
  return {
    stageFor,
    async stage(settings) {
      const agent = await house.agent(settings)
      return { ...(await stageFor(agent.id)), agent }
    },
    async replay(call) {
      const released = () => house.gateway.engine.live.get(call)?.running.scope.closed ?? true
      await until(`call ${call} released`, released)
      const file = await until('its file', async () =>
        (await readdir(join(dataDir, 'replays'))).find((name) => name === `${call}.jsonl`),
      )
      const path = join(dataDir, 'replays', file)
      return { file: path, ...(await readReplay(path)) }
    },
  }
}
