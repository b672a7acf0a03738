/** `npm run bench -- rtp`: what a call's RTP costs, and how evenly its packets leave. The load counts, on another core. */
import { spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readRtp, writeRtp } from '../src/protocols/rtp/packet.ts'
import { parseSession } from '../src/protocols/sdp/session.ts'
import { SrtpReceiver, SrtpSender } from '../src/protocols/srtp/context.ts'
import type { MasterKey } from '../src/protocols/srtp/suites.ts'
import { takeCores } from './child.ts'
import { percentile, rounded } from './statistics.ts'

export interface RtpPlan {
  readonly n: number
  readonly seconds: number
  /** `echo` sends back what it hears; `talker` speaks by itself, paced by the playout. */
  readonly agent: 'echo' | 'talker'
  readonly srtp: boolean
}

export type RtpQuestion =
  | {
      readonly type: 'open'
      readonly offers: readonly string[]
      readonly agent: 'echo' | 'talker'
      readonly srtp: 'off' | 'required'
    }
  | { readonly type: 'usage' }
  | { readonly type: 'close' }

export type RtpAnswer =
  | { readonly type: 'opened'; readonly answers: readonly string[] }
  | { readonly type: 'used'; readonly share: number; readonly rss: number }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly why: string }

const frameMs = 20
const here = '127.0.0.1'
const warmUp = 3000
const secret = new Uint8Array(30).fill(7)
const own: MasterKey = { suite: 'AES_CM_128_HMAC_SHA1_80', secret }

export function readRtpPlan(words: readonly string[]): RtpPlan {
  const { values } = parseArgs({
    args: [...words],
    options: {
      n: { type: 'string', default: '50' },
      seconds: { type: 'string', default: '20' },
      agent: { type: 'string', default: 'echo' },
      srtp: { type: 'boolean', default: false },
      json: { type: 'boolean' },
    },
  })
  const agent = values.agent === 'talker' ? 'talker' : 'echo'
  return { n: Number(values.n), seconds: Number(values.seconds), agent, srtp: values.srtp }
}

/** One caller: a socket, its numbers, and when what left and came. */
class Caller {
  readonly socket: Socket
  readonly gaps: number[] = []
  readonly delays: number[] = []
  readonly swings: number[] = []
  readonly sentAt: number[] = []
  returned = new Set<number>()
  port = 0
  recording = false
  heard = 0
  #receiver: SrtpReceiver | undefined
  readonly #sender: SrtpSender | undefined
  #before: { readonly at: number; readonly delay: number } | undefined

  constructor(srtp: boolean) {
    this.#sender = srtp ? new SrtpSender(own) : undefined
    this.socket = createSocket({ type: 'udp4', lookup: (host, _, found) => found(null, host, 4) })
    this.socket.on('message', (bytes) => this.#receive(bytes, performance.now()))
  }

  meet(answer: string): void {
    const parsed = parseSession(answer)
    const media = parsed.ok ? parsed.session.media[0] : undefined
    if (!media) throw new Error('the answer has no audio')
    this.port = media.port
    const [line] = media.crypto
    if (line) this.#receiver = new SrtpReceiver(line)
  }

  send(number: number): void {
    const payload = new Uint8Array(160).fill(0x55)
    stamp(payload, number)
    const packet = writeRtp({
      ...{
        payloadType: 0,
        marker: number === 0,
        sequence: number & 0xffff,
        timestamp: number * 160,
        source: 99,
        payload,
      },
    })
    this.sentAt[number] = performance.now()
    this.socket.send(this.#sender ? this.#sender.sealRtp(packet) : packet, this.port, here)
  }

  #receive(bytes: Uint8Array, at: number): void {
    const clear = this.#receiver ? this.#receiver.openRtp(bytes) : bytes
    const packet = clear && readRtp(clear)
    if (!packet) return
    const number = stampOf(packet.payload)
    const delay = number === undefined ? 0 : at - (this.sentAt[number] ?? at)
    if (number !== undefined) this.returned.add(number)
    if (this.recording) {
      this.heard++
      if (this.#before) this.gaps.push(Math.abs(at - this.#before.at - frameMs))
      if (number !== undefined) this.delays.push(delay)
      if (this.#before && number !== undefined) this.swings.push(Math.abs(delay - this.#before.delay))
    }
    this.#before = { at, delay }
  }
}

/** Four letters of six bits each, as µ-law bytes that come back as they were. */
function stamp(payload: Uint8Array, number: number): void {
  for (let at = 0; at < 4; at++) payload[at] = 0x80 | ((number >> (6 * at)) & 0x3f)
  payload[4] = 0x81
}

function stampOf(payload: Uint8Array): number | undefined {
  if (payload.length !== 160 || payload[4] !== 0x81 || payload[5] !== 0x55) return undefined
  let number = 0
  for (let at = 3; at >= 0; at--) number = number * 64 + (payload[at]! & 0x3f)
  return number
}

export async function runRtp(plan: RtpPlan): Promise<Readonly<Record<string, unknown>>> {
  const cores = takeCores()
  const node = [process.execPath, fileURLToPath(new URL('rtp-gateway.ts', import.meta.url))]
  const [command, ...words] = cores.pinned ? ['taskset', '-c', String(cores.pinned.gateway), ...node] : node
  const child = spawn(command!, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' })
  const ask = (question: RtpQuestion): Promise<RtpAnswer> =>
    new Promise((resolve, reject) => {
      child.once('message', (message) => {
        const answer = message as RtpAnswer // sent by rtp-gateway.ts
        if (answer.type === 'failed') reject(new Error(answer.why))
        else resolve(answer)
      })
      child.send(question)
    })
  try {
    return { ...plan, cores: cores.note, ...(await measure(plan, ask)) }
  } finally {
    child.disconnect()
  }
}

async function measure(plan: RtpPlan, ask: (question: RtpQuestion) => Promise<RtpAnswer>) {
  const callers = Array.from({ length: plan.n }, () => new Caller(plan.srtp))
  await Promise.all(callers.map(({ socket }) => new Promise<void>((bound) => socket.bind(0, here, bound))))
  const offers = callers.map(({ socket }) => offerOf(socket.address().port, plan.srtp))
  const opened = await ask({ type: 'open', offers, agent: plan.agent, srtp: plan.srtp ? 'required' : 'off' })
  if (opened.type === 'opened') for (const [index, answer] of opened.answers.entries()) callers[index]!.meet(answer)
  const speaking = speak(callers)
  await wait(warmUp)
  await ask({ type: 'usage' })
  const first = speaking.number()
  for (const caller of callers) caller.recording = true
  await wait(plan.seconds * 1000)
  for (const caller of callers) caller.recording = false
  const last = speaking.number()
  const used = await ask({ type: 'usage' })
  await wait(500)
  speaking.stop()
  await ask({ type: 'close' })
  for (const { socket } of callers) socket.close()
  return { ...figures(plan, callers, { first, last }), ...(used.type === 'used' ? shares(used, plan.n) : {}) }
}

function shares({ share, rss }: RtpAnswer & { readonly type: 'used' }, n: number) {
  return { 'core per call, %': rounded((share * 100) / n, 3), 'rss, MB': Math.round(rss / 1e6) }
}

function figures({ agent }: RtpPlan, callers: readonly Caller[], { first, last }: { first: number; last: number }) {
  const all = (values: (caller: Caller) => readonly number[]) => Float64Array.from(callers.flatMap(values)).toSorted()
  const [gaps, delays, swings] = [all(({ gaps }) => gaps), all(({ delays }) => delays), all(({ swings }) => swings)]
  let lost = 0
  if (agent === 'echo')
    for (const { returned } of callers)
      for (let number = first; number < last; number++) if (!returned.has(number)) lost++
  const at = (values: Float64Array, share: number) => rounded(percentile(values, share))
  return {
    packets: callers.reduce((sum, { heard }) => sum + heard, 0),
    'off 20 ms between packets, p95/p99, ms': [at(gaps, 0.95), at(gaps, 0.99)],
    ...(agent === 'echo'
      ? {
          'added, p50/p99, ms': [at(delays, 0.5), at(delays, 0.99)],
          'uneven by us, p95/p99, ms': [at(swings, 0.95), at(swings, 0.99)],
          lost,
        }
      : {}),
  }
}

function offerOf(port: number, srtp: boolean): string {
  const crypto = srtp ? `a=crypto:1 ${own.suite} inline:${Buffer.from(secret).toString('base64')}\r\n` : ''
  const profile = srtp ? 'RTP/SAVP' : 'RTP/AVP'
  return `v=0\r\no=- 1 1 IN IP4 ${here}\r\ns=-\r\nc=IN IP4 ${here}\r\nt=0 0\r\nm=audio ${port} ${profile} 0\r\n${crypto}`
}

/** Everybody speaks, each in a phase of its own; what a late turn of the loop missed is made good at once. */
function speak(callers: readonly Caller[]) {
  const start = performance.now()
  let done = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / frameMs) * callers.length)
    for (; done < due; done++) callers[done % callers.length]!.send(Math.floor(done / callers.length))
  }, 1)
  return { number: () => Math.floor(done / callers.length), stop: () => clearInterval(timer) }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
