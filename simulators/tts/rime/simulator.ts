/** Rime's voices, simulated: the JSON socket, which gathers text until it is flushed and makes one utterance after another. */
import { z } from 'zod'
import { json, jsonBody, same } from '../../carrier/rest.ts'
import { queryFault, values } from '../../stt/options.ts'
import { authorization, type VendorReply, type VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk } from '../../vendor/server.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { base64, Booth, withBooth, type Format, type SpeakerOptions, type SpeakerServer } from '../booth.ts'

export async function startRimeTts(options: SpeakerOptions): Promise<SpeakerServer> {
  const booth = new Booth(options)
  const api = {
    refuse,
    upgrade(request: VendorRequest): VendorReply | Talk {
      if (request.path !== '/ws3') return refuse(404)
      if (!same(authorization(request, 'Bearer') ?? '', options.key)) return refuse(401)
      const fault = queryFault(request.query, query)
      if (fault) return refuse(400, fault)
      const { query: asked } = request
      const encoding = asked.get('audioFormat') === 'mulaw' ? 'mulaw' : 'linear'
      const format: Format = { encoding, rate: Number(asked.get('samplingRate') ?? 24_000) }
      const isNever = asked.get('segment') === 'never'
      if (asked.get('speaker') === 'no-such-voice') return noVoice
      return (socket) => new Session(socket, booth, format, isNever)
    },
  }
  return withBooth(await serveVendor(api, { ...options, secrets: [options.key] }), booth)
}

const query = {
  speaker: { value: values.any, needed: true },
  modelId: { value: /coda|arcana|mist|mistv2|mistv3/, needed: true },
  audioFormat: { value: /pcm|mulaw/ },
  samplingRate: { value: /8000|16000|22050|24000|44100|48000/ },
  segment: { value: /immediate|bySentence|never/ },
  lang: { value: /[a-z]{2,3}/ },
  speedAlpha: { value: values.decimal },
} as const

const noVoice: Talk = (socket) => {
  socket.json({ type: 'error', message: 'Invalid speaker: no-such-voice' })
  socket.close(1008, 'Invalid speaker')
}

const message = z.union([
  z.strictObject({ text: z.string(), contextId: z.string().nullish() }),
  z.strictObject({ operation: z.enum(['flush', 'clear', 'eos']), contextId: z.string().nullish() }),
])

/** Ms without a request. */
const idle = 30_000

class Session {
  readonly #socket: VendorSocket
  readonly #booth: Booth
  readonly #format: Format
  readonly #isNever: boolean
  #buffer = ''
  /** Flushed while something was being made: all of it is one utterance then. */
  #held = ''
  #context: string | null = null
  #isBusy = false
  #isEnding = false
  #requests = 0

  constructor(socket: VendorSocket, booth: Booth, format: Format, isNever: boolean) {
    this.#socket = socket
    this.#booth = booth
    this.#format = format
    this.#isNever = isNever
    this.#watch()
    socket.onMessage((raw) => {
      this.#watch()
      const parsed = message.safeParse('text' in raw ? jsonBody(raw.text) : undefined)
      if (!parsed.success) return socket.json({ type: 'error', message: 'Invalid message format' })
      const said = parsed.data
      if ('text' in said) this.#gather(said.text, said.contextId)
      else if (said.operation === 'clear') this.#buffer = ''
      else this.#flush(said.operation === 'eos')
    })
  }

  #gather(text: string, context: string | null | undefined): void {
    this.#buffer += text
    // One that was given holds until the next.
    this.#context = context ?? this.#context
    if (!this.#isNever) this.#flush(false)
  }

  #flush(isEnd: boolean): void {
    this.#isEnding ||= isEnd
    this.#held += this.#buffer
    this.#buffer = ''
    if (!this.#isBusy) void this.#make()
  }

  async #make(): Promise<void> {
    this.#isBusy = true
    while (this.#held.trim() !== '') {
      const text = this.#held
      const contextId = this.#context
      this.#held = ''
      try {
        for await (const piece of this.#booth.speak(text, this.#format, this.#socket.scope.signal)) {
          this.#socket.json({ type: 'chunk', data: base64(piece), contextId })
        }
      } catch {
        return // the connection is gone
      }
      this.#socket.json({ type: 'done', contextId })
    }
    this.#isBusy = false
    if (this.#isEnding) this.#socket.close(1000)
  }

  #watch(): void {
    const request = ++this.#requests
    this.#socket.after(idle, () => {
      if (request === this.#requests && !this.#isBusy) this.#socket.close(1000, 'idle')
    })
  }
}

function refuse(status: number, said?: string): VendorReply {
  const usual = status === 401 ? 'Unauthorized' : status === 429 ? 'Rate limit reached' : `HTTP ${status}`
  return json(status, { error: said ?? usual })
}
