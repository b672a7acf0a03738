/** A running call with everything that hangs on it: its inputs, its line, its conversation, its timers. */
import type { AgentEvent, AgentSession } from '../spec/agent.ts'
import type { Conversation, Line } from '../conversation/contract.ts'
import type { Kit } from '../conversation/kit/kit.ts'
import type { ToolOutcome } from '../conversation/toolbox.ts'
import type { Timer } from '../lib/clock.ts'
import type { AnyCommand, CallCommand, CallStatus, EngineCommand, Origin } from '../spec/call.ts'
import type { Accepted, StreamOrder } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { CallEvent, CallTimer } from '../spec/event.ts'
import type { Reply } from '../spec/http.ts'
import type { ToolCall } from '../spec/speech.ts'
import type { JournalEntry } from '../store/contract.ts'
import { Ears } from './ears.ts'
import type { Engine } from './engine.ts'
import { finishRecording } from './finish.ts'
import { keptOrder, plain, type Inputs } from './inputs.ts'
import { insteadOf } from './instead.ts'
import type { Leg } from './leg.ts'
import type { Call } from './machine.ts'
import type { CallRecording } from './recording.ts'
import { RunningCall, type Doing } from './running.ts'
import { readSound } from './sounds.ts'

export interface Played {
  readonly id: string
  readonly command: EngineCommand
  /** A WAV in base64. */
  readonly sound?: string | undefined
}

export interface Worked extends ToolOutcome {
  /** The tool call's. */
  readonly id: string
}

export interface Outcome {
  readonly ok: boolean
  readonly message?: string
}

/** Effects that reach the world; a replay has none of them. */
export interface World {
  carryOut(live: LiveCall, id: string, command: AnyCommand): Promise<void>
  lookUp(live: LiveCall, id: string, command: AnyCommand): Promise<void>
  /** A tool of the user's own. How it went comes as an input. */
  useTool(live: LiveCall, call: ToolCall): void
  /** `after`: a transfer that came to nothing is what the agent begins with. */
  openTalk(live: LiveCall, after?: CallStatus): Promise<void>
  finish(live: LiveCall): Promise<void>
  /** The turn of effects has come: at once when live, when it came back then in a replay. */
  turn(live: LiveCall, ids: readonly string[], run: () => void): void
  /** Another process wrote its journal. */
  lost?(): void
}

export class LiveCall {
  readonly engine: Engine
  readonly running: RunningCall
  readonly inputs: Inputs
  /** The answer to the webhook that offered the call; `acknowledged` where the carrier is told what to do by a request of ours. */
  readonly reply = Promise.withResolvers<Reply | 'acknowledged'>()
  /** Resolves when the conversation is closed and the recording complete. */
  readonly over = Promise.withResolvers<void>()
  conversation: Conversation | undefined
  /** Tools of the user's own; a replay has none. */
  kit: Kit | undefined
  leg: Leg | undefined
  /** When the call reaches its longest duration, monotonic. */
  endsAt: number | undefined
  recording: CallRecording | undefined
  /** Those who hear it beside its parties. */
  readonly ears = new Ears()
  /** The agent itself, for what passes the conversation by: what the caller shows, and messages of their program. */
  agent: AgentSession | undefined
  /** This process sent the dial: if nobody knows what became of it, it is not sent again. */
  dialled = false
  readonly #world: World
  /** The agent is there and hears. */
  ready = false
  readonly #watchers = new Set<(seen: CallEvent | AgentEvent) => void>()
  readonly #timers = new Map<CallTimer, Timer>()
  readonly #waiting = new Map<string, (outcome: Outcome) => void>()
  /** Tools at work, by the id of their call. */
  readonly #working = new Map<string, (outcome: ToolOutcome) => void>()
  /** Sounds to be played, by their command's id: a WAV in base64. */
  readonly #sounds = new Map<string, string>()

  constructor(engine: Engine, call: Call, inputs: Inputs, world: World) {
    this.engine = engine
    this.inputs = inputs
    this.#world = world
    this.running = new RunningCall(call, {
      journal: engine.store.journal,
      clock: this.inputs.clock,
      patience: engine.clock,
      logger: engine.logger.child({ call: call.plan.id }),
      scope: engine.scope,
      perform: (effect) => this.#perform(effect),
      turn: (ids, run) => world.turn(this, ids, run),
      applied: (entry) => this.#applied(entry),
      lost: () => world.lost?.(),
    })
    this.running.scope.defer(() => this.clearTimers())
    // Nobody may be waiting for the answer when the call ends without one.
    this.reply.promise.catch(() => undefined)
  }

  /** An event from outside: an input of the call. Resolves when it is durable. */
  post(event: CallEvent): Promise<void> {
    return new Promise((resolve) =>
      this.inputs.take(
        'post',
        () => plain(event),
        () => resolve(this.running.post(event, true)),
      ),
    )
  }

  /** Asks for a command from outside of the call, and waits for how it went. */
  ask(command: CallCommand, origin: Origin): Promise<Outcome> {
    return new Promise((resolve) =>
      this.inputs.take(
        'command',
        () => plain({ command, origin }),
        () => resolve(this.command(command, origin)),
      ),
    )
  }

  /** Asks for a command, as a consequence of what the call has heard so far, and waits for how it went. */
  command(command: CallCommand, origin: Origin): Promise<Outcome> {
    const id = this.inputs.ids.id('cmd')
    const outcome = new Promise<Outcome>((resolve) => this.#waiting.set(id, resolve))
    void this.running.post({ type: 'command.requested', id, command, origin })
    if (!this.running.call.pending.some((one) => one.id === id))
      this.#settle(id, { ok: false, message: this.#refusal() })
    return outcome
  }

  /** Has a tool of the user's own work. */
  useTool(call: ToolCall): Promise<ToolOutcome> {
    return new Promise((resolve) => {
      this.#working.set(call.id, resolve)
      this.#world.useTool(this, call)
    })
  }

  /** How it went. */
  toolWorked(worked: Worked): void {
    this.inputs.take(
      'tool',
      () => plain(worked),
      () => this.toolWorkedNow(worked),
    )
  }

  /** Now, or in a replay. */
  toolWorkedNow({ id, ok, result }: Worked): void {
    this.#working.get(id)?.({ ok, result })
    this.#working.delete(id)
  }

  /** Orders on the open media stream. */
  order(orders: readonly StreamOrder[]): void {
    const { leg } = this
    if (!leg) throw new OffhookError('call.state', `Call ${this.running.id} has no open media stream`)
    this.inputs.take(
      'order',
      () => orders.map(keptOrder),
      () => orders.forEach(leg.order),
    )
  }

  /** Does with our own means what the carrier cannot. */
  instead(command: CallCommand, why: string): Promise<Accepted> {
    return new Promise((resolve) =>
      this.inputs.take(
        'instead',
        () => plain({ command, why }),
        () => resolve(insteadOf(this, command, why)),
      ),
    )
  }

  /** A sound that a command to come names. */
  keepSound(id: string, sound: string | undefined): void {
    if (sound !== undefined) this.#sounds.set(id, sound)
  }

  /** Plays what a command asks for. Rejects with `call.state` when nobody could hear it. */
  play(id: string, command: EngineCommand): Promise<Accepted> {
    const sound = this.#sounds.get(id)
    this.#sounds.delete(id)
    return new Promise((resolve, reject) =>
      this.inputs.take(
        'play',
        () => plain({ id, command, ...(sound === undefined ? {} : { sound }) }),
        () => (this.playNow({ id, command, sound }) ? resolve({}) : reject(unplayable(this.running.id))),
      ),
    )
  }

  /** Begins to play, now or in a replay. */
  playNow({ id, command, sound }: Played): boolean {
    const { conversation } = this
    if (!conversation || this.running.ended) return false
    if (command.interrupt) conversation.interrupt()
    if ('text' in command) return conversation.say(command.text)
    return sound !== undefined && conversation.play({ id, ...readSound(Buffer.from(sound, 'base64')) })
  }

  /** The caller wrote something instead of saying it. False when there is nobody to read it. */
  write(text: string): boolean {
    if (this.running.ended || !this.conversation) return false
    this.inputs.take(
      'write',
      () => text,
      () => this.conversation?.read(text),
    )
    return true
  }

  /** The caller wants the agent to be quiet. */
  interrupt(): void {
    if (this.running.ended || !this.conversation) return
    this.inputs.take(
      'interrupt',
      () => null,
      () => this.conversation?.interrupt(),
    )
  }

  /** Hears of every event as it is applied, and of what the agent tells; a reader only. */
  watch(listener: (seen: CallEvent | AgentEvent) => void): Disposable {
    this.#watchers.add(listener)
    return { [Symbol.dispose]: () => void this.#watchers.delete(listener) }
  }

  /** For watchers. */
  show(seen: CallEvent | AgentEvent): void {
    for (const watcher of this.#watchers) watcher(seen)
  }

  /** After a restart: a timer of the call is set again. */
  remind(timer: CallTimer, delay: number): void {
    this.inputs.take(
      'remind',
      () => ({ timer, delay }),
      () => this.startTimer(timer, delay),
    )
  }

  /** Opens the recording when the call is to be recorded: once, before its first sound. */
  async recordingOpen(rate: number): Promise<void> {
    if (this.recording || !this.running.call.plan.record) return
    const recording = await this.engine.openRecording(this.running.call, rate)
    this.recording = recording
    // Completed by whoever ends the call; a process that goes without ending it leaves a whole file too.
    this.running.scope.defer(() => recording.finish())
  }

  /** After a restart: the agent is opened again, for a caller who may come back. */
  reopenTalk(): void {
    if (!this.running.ended && !this.conversation && this.running.call.plan.agent) void this.#world.openTalk(this)
  }

  startTimer(timer: CallTimer, delay: number): void {
    if (timer === 'max-duration') {
      this.endsAt = this.inputs.clock.monotonic() + delay
      this.conversation?.endsIn(delay)
    }
    this.#timers.get(timer)?.cancel()
    this.#timers.set(timer, this.#timer(timer, delay))
  }

  attach(leg: Leg): void {
    this.leg = leg
    const line: Line = leg
    this.conversation?.attach(line)
  }

  clearTimers(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }

  /** Closes all there is of the call in this process; it goes on in another. */
  async leave(): Promise<void> {
    this.clearTimers()
    this.reply.reject(new OffhookError('call.state', `Call ${this.running.id} went to another process`))
    await this.conversation?.[Symbol.asyncDispose]()
    await finishRecording(this)
    this.leg?.close('the call goes on elsewhere')
    await this.running.settled()
    this.running.leave()
    this.over.resolve()
    await this.running.scope.close()
  }

  #perform(effect: Doing): void | Promise<void> {
    switch (effect.type) {
      case 'command':
        return this.#world.carryOut(this, effect.commandId, effect.command)
      case 'lookup':
        return this.#world.lookUp(this, effect.commandId, effect.command)
      case 'timer.set':
        return this.startTimer(effect.timer, effect.delay)
      case 'timer.clear':
        this.#timers.get(effect.timer)?.cancel()
        return
      case 'agent.open':
        return this.#world.openTalk(this)
      case 'agent.mute':
        return this.conversation?.mute()
      case 'agent.hold':
        return this.conversation?.hold()
      case 'agent.resume':
        return this.conversation ? this.conversation.resume(effect.result) : this.#world.openTalk(this, effect.result)
      case 'stream.close':
        return this.leg?.close('the call is over')
      case 'release':
        return this.#world.finish(this)
      default:
        effect satisfies never
    }
  }

  #timer(timer: CallTimer, delay: number): Timer {
    return this.inputs.clock.timer(delay, () => void this.running.post({ type: 'timer.fired', timer }))
  }

  #applied({ sequence, at, event }: JournalEntry): void {
    this.inputs.note('entry', () => plain({ sequence, at, event }))
    if (event.type === 'agent.connected') this.ready = true
    this.show(event)
    if (event.type === 'command.accepted') this.#settle(event.id, { ok: true })
    if (event.type === 'command.failed') this.#settle(event.id, { ok: false, message: event.message })
    if (event.type === 'call.ended')
      for (const id of this.#waiting.keys()) this.#settle(id, { ok: false, message: this.#refusal() })
  }

  #settle(id: string, outcome: Outcome): void {
    this.#waiting.get(id)?.(outcome)
    this.#waiting.delete(id)
  }

  #refusal(): string {
    const { transfer, endedAt, ending } = this.running.call
    if (endedAt !== undefined) return 'the call has ended'
    if (transfer) return 'the call is being transferred'
    return ending ? 'the call is being ended' : 'the call is not in a state for this'
  }
}

function unplayable(id: string): OffhookError {
  return new OffhookError('call.state', `Nobody would hear it: call ${id} has no running conversation`)
}
