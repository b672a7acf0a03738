/** A conversation: joins a line and an agent, and acts out what `turns.ts` decides. */
import { Scope } from '../lib/scope.ts'
import type { AgentEvent, AgentSession } from '../spec/agent.ts'
import type { CallStatus } from '../spec/call.ts'
import { Alarms, tooLate } from './alarms.ts'
import { Blocked } from './blocked.ts'
import { Clips } from './clips.ts'
import { conversationDefaults } from './contract.ts'
import type { Clip, Conversation, ConversationOptions, Line } from './contract.ts'
import { Ear } from './ear.ts'
import { Ending } from './ending.ts'
import { fill } from '../lib/fill.ts'
import { Listener } from './listener.ts'
import type { HeardReply } from './replies.ts'
import { measures, TurnMeter } from './timings.ts'
import { Toolbox } from './toolbox.ts'
import { Exit, transferFailed } from './transfers.ts'
import { quietState } from './turn.ts'
import type { TurnAction, TurnInput, TurnRules } from './turn.ts'
import { advance, begin } from './turns.ts'
import { UsageBook } from './usage.ts'
import { Utterances } from './utterances.ts'
import { codeOf } from './vendor.ts'
import { Waiters } from './waiters.ts'

/** Opens the agent at once, and speaks as soon as there is a line. */
export function createConversation(options: ConversationOptions): Conversation {
  return new Talk(options)
}

/** Longest wait for last words before the tool that waits for them runs all the same. */
const lastWordsLimit = 30_000

class Talk implements Conversation {
  readonly #options: ConversationOptions
  readonly #rules: TurnRules
  readonly #scope = new Scope('conversation')
  readonly #alarms: Alarms
  readonly #ear = new Ear()
  readonly #meter: TurnMeter
  readonly #said: Utterances
  readonly #toolbox: Toolbox
  readonly #blocked: Blocked
  readonly #waiters: Waiters
  #state = quietState
  #session: AgentSession | undefined
  #ready = false
  #line: Line | undefined
  #pipes: readonly Disposable[] = []
  readonly #listener: Listener
  /** Texts ordered whose reply has not begun. */
  #saying = 0
  #cuts = 0
  #speechBegan = 0
  readonly #exit: Exit
  /** What the caller's last interruption kept them from hearing: said after all when it held no words. */
  #unsaid = ''
  readonly #clips: Clips
  readonly #usage: UsageBook
  readonly #ending: Ending

  constructor(options: ConversationOptions) {
    const { settings, brief, clock, emit } = options
    this.#options = options
    this.#exit = new Exit(options)
    // A recorded call may be older than some of the settings.
    const greeting = settings.greeting && fill(settings.greeting, brief.variables)
    this.#rules = { ...conversationDefaults, ...settings, greeting }
    this.#clips = new Clips(emit)
    this.#meter = new TurnMeter(clock, (turn, timings) => emit({ type: 'turn.measured', turn, timings }))
    this.#usage = new UsageBook(clock, (used) => emit({ type: 'usage.counted', ...used }))
    this.#waiters = new Waiters(clock)
    this.#ending = new Ending({
      ...{ clock, settings, waiters: this.#waiters },
      quiet: () => this.#silent() && this.#saying === 0 && this.#state.owed === 0 && this.#state.caller === 'silent',
      say: (text) => void this.say(text),
      tell: (text) => this.#ear.order({ type: 'text', text }),
    })
    this.#said = new Utterances({
      state: () => this.#state,
      post: (input) => this.#post(input),
      heard: (replies) => this.#heard(replies),
      meter: this.#meter,
    })
    this.#listener = new Listener({
      ...{ vad: options.vad, clock, echoGuard: settings.echoGuard ?? conversationDefaults.echoGuard },
      audible: () => this.#said.audible,
      asked: () => this.#said.asking,
      post: (input) => this.#post(input),
    })
    this.#alarms = new Alarms(clock, (timer) => this.#post({ type: 'timer', timer, audible: this.#said.audible }))
    this.#toolbox = this.#openToolbox()
    this.#blocked = new Blocked(this, options)
    this.#act(begin(this.#rules).actions)
    const opening = Promise.try(options.open, (event) => this.#happened(event))
    opening.then(
      (session) => this.#opened(session),
      (error: unknown) => this.#failed(codeOf(error), error instanceof Error ? error.message : String(error), true),
    )
  }

  // ── what the calls room asks ───────────────────────────────────────────────────────────────────────────────────────

  attach(line: Line): void {
    if (this.#scope.closed) return
    this.#detach()
    this.#line = line
    const { rate } = line.microphone
    // The agent hears a sound before the detector judges it: a turn that ends has been heard to its end.
    this.#pipes = [line.microphone.pipe(this.#ear.sink(rate))]
    this.#detect(line)
    this.#said.attach(this.#listener.overhear(line.speaker))
    this.#post({ type: 'attached' })
    this.#print(line)
  }

  digit(digit: string): void {
    if (this.#scope.closed || this.#state.phase === 'over') return
    this.#post({ type: 'digit', digit, audible: this.#said.audible })
    this.#message('caller', `[DTMF: ${digit}]`)
  }

  read(text: string): void {
    if (this.#scope.closed || this.#state.phase === 'over') return
    this.#post({ type: 'interrupt', audible: this.#said.audible })
    this.#ear.order({ type: 'text', text })
    this.#message('caller', text)
  }

  say(text: string): boolean {
    if (this.#scope.closed || this.#state.phase !== 'talking') return false
    this.#post({ type: 'say', text })
    return true
  }

  play(clip: Clip): boolean {
    if (!this.#session || this.#scope.closed || this.#state.phase !== 'talking') return false
    this.#clips.add(clip)
    this.#nextClip()
    return true
  }

  interrupt(): void {
    this.#post({ type: 'interrupt', audible: this.#said.audible })
  }

  mute(): void {
    this.#post({ type: 'mute', audible: this.#said.audible })
    this.#ear.close()
  }

  hold(): void {
    this.#post({ type: 'hold', audible: this.#said.audible })
    this.#ear.deaf = true
  }

  resume(result?: CallStatus): void {
    if (this.#scope.closed) return
    this.#ear.deaf = false
    if (result === undefined) return this.#post({ type: 'resume', text: '' })
    this.#message('system', `The transfer failed: ${result}`)
    if (this.#exit.taken) return this.#options.finish('agent-failed')
    this.#post({ type: 'resume', text: transferFailed(this.#options.settings, result) })
  }

  endsIn(ms: number): void {
    if (!this.#scope.closed) this.#ending.in(ms)
  }

  async heard(limit: number): Promise<void> {
    const all = () => (this.#saying === 0 && this.#state.owed === 0 && this.#silent()) || undefined
    await this.#waiters.wait(all, limit, true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#scope.closed) this.#leave()
    await this.#scope.close()
  }

  /** What the caller has heard by now is what was said. */
  #leave(): void {
    this.#detach()
    this.#alarms.close()
    this.#heard(this.#said.cut(false))
    this.#meter.end()
    this.#usage.close()
    this.#ending.close()
    this.#disconnected()
    this.#ear.close()
    this.#blocked.close()
    this.#waiters.close()
  }

  #detach(): void {
    for (const pipe of this.#pipes) pipe[Symbol.dispose]()
    this.#pipes = []
    this.#listener.close()
  }

  /** An agent that takes no turns needs no detector, the dearest thing on the way of the sound. */
  #detect(line: Line): void {
    if (this.#state.turns !== 'none') this.#listener.open(line)
  }

  // ── the agent ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #opened(session: AgentSession): void {
    this.#scope.defer(() => session[Symbol.asyncDispose]())
    if (this.#scope.closed) return
    this.#session = session
    const pipe = this.#said.open(session)
    this.#scope.defer(() => pipe[Symbol.dispose]())
    this.#post({ type: 'opened', turns: session.turns, greets: session.greets ?? false })
    if (session.turns === 'none') this.#listener.close()
    if (this.#ready) this.#connected(session)
    if (this.#line) this.#print(this.#line)
  }

  #connected(session: AgentSession): void {
    if (this.#state.ready || this.#state.phase === 'over') return
    this.#options.emit({ type: 'agent.connected', provider: this.#options.provider })
    this.#ear.open(session)
    this.#post({ type: 'ready' })
  }

  #happened(event: AgentEvent): void {
    if (event.type === 'usage') return this.#used(event)
    if (this.#scope.closed) return
    this.#hear(event)
    // What the agent said before is accounted for by now.
    this.#nextClip()
  }

  #nextClip(): void {
    if (this.#state.reply === undefined) this.#clips.begin((clip) => this.#said.play(clip))
  }

  #used({ usage, of }: AgentEvent & { type: 'usage' }): void {
    const { provider, model } = of ?? this.#options
    this.#usage.count({ part: of?.kind ?? 'agent', provider, ...(model !== undefined && { model }), usage })
  }

  #hear(event: Exclude<AgentEvent, { type: 'usage' }>): void {
    switch (event.type) {
      case 'ready':
        this.#ready = true
        return this.#session && this.#connected(this.#session)
      case 'reply-started':
        this.#saying = Math.max(0, this.#saying - 1)
        this.#unsaid = ''
        return this.#said.start(event.reply, event.shielded)
      case 'reply-text':
        this.#meter.take('firstToken')
        return this.#said.text(event.reply, {
          text: event.delta,
          ...(event.atMs !== undefined && { atMs: event.atMs }),
        })
      case 'reply-ended':
        return this.#said.end(event.reply, event.broken)
      case 'caller-text':
        return event.final ? this.#understood(event.text.trim()) : this.#understands(event.text.trim())
      case 'caller-speech-started':
        return this.#post({ type: 'speech-started', by: 'agent', agoMs: 0, audible: this.#said.audible })
      case 'caller-speech-ended':
        return this.#post({ type: 'speech-paused', by: 'agent', agoMs: 0 })
      case 'clear':
        return this.interrupt()
      case 'marker':
        return this.#said.marker((how) => {
          this.#ear.order({ type: 'marker-heard', name: event.name, cleared: how === 'cleared' })
        })
      case 'tool-called':
        return this.#toolbox.take(event.call)
      case 'play':
        return this.#options.play?.(event.url)
      case 'blocked':
        return this.#blocked.take(event)
      case 'measured':
        return this.#meter.take(measures[event.name])
      case 'expires':
        return this.#options.logger.debug('agent session expires', { at: event.at })
      case 'replaced':
        return this.#replaced(event.why)
      case 'failed':
        return this.#failed(event.code, event.message, event.fatal)
      case 'closed':
        this.#disconnected()
        return this.#post({ type: 'closed' })
      default:
        return event satisfies never
    }
  }

  /** Words so far: they may tell that the turn is over, or that a sound over the agent's was more than a sign of listening. */
  #understands(text: string): void {
    this.#post({ type: 'caller-words', text, audible: this.#said.audible })
  }

  #understood(text: string): void {
    this.#meter.take('transcript')
    if (text) this.#message('caller', text)
    const unsaid = this.#unsaid
    this.#unsaid = ''
    this.#post({ type: 'caller-text', empty: text === '' })
    // It was only noise that cut the agent off: it goes on at the word where the caller stopped hearing.
    if (text === '' && unsaid !== '' && this.#state.caller === 'silent') this.#post({ type: 'say', text: unsaid })
  }

  #failed(code: string, message: string, fatal: boolean): void {
    if (this.#scope.closed) return
    this.#options.logger.warn(`agent failed: ${message}`, { code, fatal })
    this.#options.emit({ type: 'agent.failed', code, message })
    // Without a session there is no voice for a last message.
    this.#post(fatal && !this.#session ? { type: 'closed' } : { type: 'failed', fatal })
  }

  /** A lost session is told as what it was to the caller, a gap; one that was left in a pause was none. */
  #replaced(why: 'lost' | 'expiring'): void {
    const { emit, logger, provider } = this.#options
    logger.info(`the agent goes on in another session: the last ${why === 'lost' ? 'was lost' : 'was about to end'}`)
    if (why === 'expiring') return
    emit({ type: 'agent.disconnected' })
    emit({ type: 'agent.connected', provider })
  }

  #disconnected(): void {
    if (this.#state.ready && this.#ready) this.#options.emit({ type: 'agent.disconnected' })
    this.#ready = false
  }

  #openToolbox(): Toolbox {
    const { brief, tool, emit, clock, logger } = this.#options
    return new Toolbox({
      tools: brief.tools,
      perform: tool,
      lastWords: () => this.#lastWords(),
      ...(brief.fillers && { fillers: brief.fillers }),
      say: (text) => this.#post({ type: 'say', text }),
      quiet: () =>
        this.#silent() && this.#saying === 0 && this.#state.caller === 'silent' && this.#state.phase === 'talking',
      answer: (order) => this.#ear.order(order),
      called: () => this.#post({ type: 'tool-called' }),
      returned: (last) => this.#post({ type: 'tool-returned', last }),
      emit,
      clock,
      signal: this.#scope.signal,
      logger,
    })
  }

  #lastWords(): Promise<'heard' | 'interrupted'> {
    const cuts = this.#cuts
    const end = () => (cuts !== this.#cuts ? 'interrupted' : this.#silent() ? 'heard' : undefined)
    return this.#waiters.wait(end, lastWordsLimit, 'heard')
  }

  // ── turns ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #post(input: TurnInput): void {
    if (this.#scope.closed) return
    const { state, actions } = advance(this.#rules, this.#state, input, this.#options.clock.monotonic())
    this.#state = state
    this.#act(actions)
    this.#waiters.check()
  }

  #act(actions: readonly TurnAction[]): void {
    const bySpeech = actions.some(({ type }) => type === 'speech-started')
    for (const action of actions) this.#do(action, bySpeech)
  }

  #do(action: TurnAction, bySpeech: boolean): void {
    switch (action.type) {
      case 'cut':
        return this.#cut(action, bySpeech)
      case 'hush':
        return this.#said.hush()
      case 'go-on':
        return this.#said.goOn()
      case 'order':
        if (action.order.type === 'say') this.#saying++
        return this.#ear.order(action.order)
      case 'speech-started':
        return this.#speechStarted(action.agoMs)
      case 'speech-ended':
        return this.#speechEnded(action.agoMs)
      case 'late':
        return this.#options.emit(tooLate(action.what, this.#rules))
      case 'timer':
        return this.#alarms.set(action.timer, action.delay)
      case 'cancel':
        return this.#alarms.cancel(action.timer)
      case 'finish':
        return void this.#exit.take(action.reason, this.#line !== undefined)
      default:
        return action satisfies never
    }
  }

  #cut({ clear, unheard }: TurnAction & { type: 'cut' }, bySpeech: boolean): void {
    const replies = this.#said.cut(clear)
    this.#cuts++
    this.#saying = 0
    const heard = replies.find((reply) => !reply.whole)
    const heardMs = Math.round(heard?.heardMs ?? 0)
    // Of a sound that is not its own the agent knows nothing.
    const own = replies.filter(({ id, whole }) => !whole && !this.#clips.isPlaying(id))
    const reply = own[0]?.id ?? unheard
    const ownMs = Math.round(own[0]?.heardMs ?? 0)
    this.#ear.order({ type: 'interrupt', heardMs: ownMs, ...(reply !== undefined && { reply }) })
    const resumable = bySpeech && this.#state.turns === 'engine'
    this.#unsaid = resumable
      ? own
          .map(({ rest }) => rest)
          .join(' ')
          .trim()
      : ''
    this.#meter.end()
    this.#clips.drop()
    if (clear) this.#options.emit({ type: 'agent.interrupted', heardMs, text: heard?.text ?? '' })
    this.#heard(replies)
  }

  #speechStarted(agoMs: number): void {
    this.#speechBegan = this.#options.clock.monotonic() - agoMs
    this.#ear.order({ type: 'speech-started', agoMs })
    this.#options.emit({ type: 'speech.started', by: 'caller' })
  }

  #speechEnded(agoMs: number): void {
    // An agent that takes its own turns says when it took this one, not when the caller fell silent.
    const silentMs = Math.max(agoMs, this.#listener.silentFor(this.#speechBegan))
    const durationMs = Math.max(0, Math.round(this.#options.clock.monotonic() - silentMs - this.#speechBegan))
    this.#toolbox.turn()
    this.#blocked.turn()
    this.#meter.begin(silentMs)
    this.#listener.rest()
    this.#usage.pause()
    this.#ear.order({ type: 'speech-ended', agoMs })
    this.#options.emit({ type: 'speech.ended', by: 'caller', durationMs })
  }

  #silent(): boolean {
    return this.#state.reply === undefined && !this.#state.sounding
  }

  // ── what is told ───────────────────────────────────────────────────────────────────────────────────────────────────

  #heard(replies: readonly HeardReply[]): void {
    for (const { id, heardMs, text, whole } of replies) {
      if (this.#clips.isPlaying(id)) this.#clips.heard(id, heardMs, whole)
      else if (text) this.#message('agent', text, !whole)
    }
  }

  #message(role: 'caller' | 'agent' | 'system', text: string, interrupted = false): void {
    const message = this.#options.ids.id('msg')
    this.#options.emit({ type: 'message.added', message, role, text, ...(interrupted && { interrupted }) })
  }

  #print({ microphone, speaker }: Line): void {
    const ear = this.#ear.sink(microphone.rate)
    this.#options.logger.info(`caller ${microphone.rate} Hz → ${ear}; agent ${this.#said} (line ${speaker})`)
  }
}
