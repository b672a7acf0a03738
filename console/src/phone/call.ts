/** One telephone in the page: microphone, line, loudspeaker and what is known of the call, as a store to be watched. */
import { advance, isOver, quiet, type Conversation, type Input } from './conversation.ts'
import { diagnose, type Finding, type MicrophoneTrouble } from './diagnosis.ts'
import { Line } from './line.ts'
import { openMicrophone } from './microphone.ts'
import { Sounds } from './sounds.ts'
import type { Flow } from './stats.ts'
import { Watch } from './watch.ts'

/** Where and how a call is placed; from `POST /v1/grants`. */
export interface Ticket {
  readonly endpoint: string
  readonly grant: string
  readonly iceServers: readonly RTCIceServer[]
}

export interface PhoneState {
  readonly conversation: Conversation
  readonly findings: readonly Finding[]
  readonly flow: Flow | undefined
}

export interface PhoneOptions {
  /** Asks for a ticket to this agent. */
  readonly ticket: (agent: string) => Promise<Ticket>
  /** The sentence for anything thrown. */
  readonly sentence: (error: unknown) => string
}

/** How often the line is looked at, ms. */
const lookEvery = 1_000

export class Phone {
  readonly sounds = new Sounds()
  readonly #options: PhoneOptions
  readonly #listeners = new Set<() => void>()
  #state: PhoneState = { conversation: quiet, findings: [], flow: undefined }
  #watch = new Watch()
  #line: Line | undefined
  #microphone: MediaStream | undefined
  #trouble: MicrophoneTrouble | undefined
  #turn = false
  #looking: ReturnType<typeof setInterval> | undefined
  /** A call that was ended while it was still being set up. */
  #generation = 0

  constructor(options: PhoneOptions) {
    this.#options = options
  }

  get state(): PhoneState {
    return this.#state
  }

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Must come from a press: the browser lets a page play sound only then. */
  async dial(agent: string, device: string): Promise<void> {
    if (!isOver(this.#state.conversation)) return
    const generation = ++this.#generation
    this.#take({ type: 'dialled' })
    this.#trouble = undefined
    const [microphone] = await Promise.all([openMicrophone(device), this.sounds.open()])
    if (generation !== this.#generation) return microphone.ok ? stop(microphone.stream) : undefined
    if (!microphone.ok) return this.#refused(microphone.trouble)
    this.#use(microphone.stream, microphone.track)
    this.#take({ type: 'microphone-open' })
    try {
      const ticket = await this.#options.ticket(agent)
      if (generation === this.#generation) await this.#connect(ticket, microphone.track)
    } catch (error) {
      if (generation === this.#generation) this.#take({ type: 'failed', words: this.#options.sentence(error) })
    }
  }

  hangUp(): void {
    this.#generation++
    if (this.#line) this.#line.hangUp()
    else if (!isOver(this.#state.conversation)) this.#take({ type: 'hung-up' })
    this.#end()
  }

  mute(muted: boolean): void {
    this.#line?.mute(muted)
  }

  press(key: string): void {
    this.#line?.say({ type: 'dtmf', buttons: [key] })
  }

  /** The agent falls silent, without a word from us. */
  interrupt(): void {
    this.#line?.say({ type: 'client-message', t: 'interrupt' })
  }

  /** Another microphone in mid-call. */
  async changeMicrophone(device: string): Promise<void> {
    if (isOver(this.#state.conversation)) return
    const opened = await openMicrophone(device)
    if (!opened.ok) {
      this.#trouble = opened.trouble
      return this.#look()
    }
    this.#trouble = undefined
    const before = this.#microphone
    this.#use(opened.stream, opened.track)
    await this.#line?.use(opened.track)
    if (before) stop(before)
  }

  /** What else is heard of the call, e.g. from the journal. */
  told(input: Input): void {
    this.#take(input)
  }

  async #connect({ endpoint, grant, iceServers }: Ticket, track: MediaStreamTrack): Promise<void> {
    this.#turn = iceServers.some(({ urls }) => [urls].flat().some((url) => url.startsWith('turn')))
    this.#watch = new Watch()
    const line = new Line({
      signalling: { endpoint, token: grant },
      iceServers,
      track,
      on: (input) => this.#take(input),
      onSound: (sound) => this.sounds.play(sound),
    })
    this.#line = line
    this.#looking = setInterval(() => void this.#look(), lookEvery)
    await line.open()
  }

  #use(stream: MediaStream, track: MediaStreamTrack): void {
    this.#microphone = stream
    this.sounds.hear(stream)
    track.addEventListener('ended', () => {
      if (this.#microphone !== stream) return
      this.#trouble = 'gone'
      void this.#look()
    })
  }

  #refused(trouble: MicrophoneTrouble): void {
    this.#trouble = trouble
    this.#take({ type: 'failed', words: '' })
    this.#diagnose()
  }

  async #look(): Promise<void> {
    const line = this.#line
    const flow = await line?.flow()
    if (this.#line !== line) return
    const now = Date.now()
    this.#watch.look({ flow, microphone: this.sounds.level('caller'), heard: this.sounds.level('agent'), now })
    this.#set({ ...this.#state, flow: flow ?? this.#state.flow })
    this.#diagnose()
  }

  #diagnose(): void {
    const { conversation } = this.#state
    const line = this.#line?.state
    const findings = diagnose({
      phase: conversation.phase,
      microphone: this.#trouble,
      ice: line?.ice,
      candidates: line?.candidates ?? [],
      turn: this.#turn,
      sinceAnswer: line?.answeredAt === undefined ? undefined : Date.now() - line.answeredAt,
      channelOpen: line?.channelOpen ?? false,
      muted: conversation.muted,
      playbackBlocked: this.sounds.blocked,
      ...this.#watch.facts(),
    })
    this.#set({ ...this.#state, findings })
  }

  #take(input: Input): void {
    const before = this.#state.conversation
    const conversation = advance(before, input, Date.now())
    if (conversation === before) return
    if (conversation.speaking.agent !== before.speaking.agent)
      this.#watch.agentSpeaks(conversation.speaking.agent, Date.now())
    this.#set({ ...this.#state, conversation, findings: input.type === 'dialled' ? [] : this.#state.findings })
    if (isOver(conversation) && !isOver(before)) this.#end()
  }

  /** The findings stay: they say why it ended. */
  #end(): void {
    clearInterval(this.#looking)
    this.#line?.close()
    this.#line = undefined
    if (this.#microphone) stop(this.#microphone)
    this.#microphone = undefined
    this.sounds.silence()
    if (this.#state.conversation.phase === 'ended') this.#set({ ...this.#state, findings: [] })
  }

  #set(state: PhoneState): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
