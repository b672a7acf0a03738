/** Opens the conversation of a call: its agent, its brief, its tools, and what they bring about. */
import type { ConversationEvent, ConversationOptions } from '../conversation/contract.ts'
import { createConversation } from '../conversation/converse.ts'
import { talkSettings } from '../conversation/settings.ts'
import { transferFailed } from '../conversation/transfers.ts'
import { toolsFor } from '../conversation/tools.ts'
import type { AgentEmit, AgentSession, Brief } from '../spec/agent.ts'
import type { CallStatus } from '../spec/call.ts'
import { OffhookError } from '../spec/errors.ts'
import type { ToolCall } from '../spec/speech.ts'
import { agentDoor, voiceDoor } from './doors.ts'
import { plain } from './inputs.ts'
import type { LiveCall, Outcome } from './live.ts'
import { checkSound, fetchSound } from './sounds.ts'
import { aboutOf, furnishKit, reachedVoicemail } from './own-tools.ts'

/** Never rejects: an agent that cannot be opened ends the call, and says why. */
export async function openTalk(live: LiveCall, after?: CallStatus): Promise<void> {
  try {
    await open(live, after)
  } catch (error) {
    const known = error instanceof OffhookError ? error : undefined
    const message = known?.message ?? `The agent could not be opened: ${String(error)}`
    await live.post({ type: 'agent.failed', code: known?.code ?? 'internal', message })
    await live.ask({ type: 'hangup', reason: 'agent-failed' }, 'engine')
  }
}

async function open(live: LiveCall, after: CallStatus | undefined): Promise<void> {
  const { engine, running } = live
  const { plan } = running.call
  // A second leg: whoever is on it talks with another caller of ours.
  if (!plan.agent) return
  const agent = await engine.store.lately.agent(plan.organization, plan.agent)
  const spec = agent && engine.agents.get(agent.provider)
  if (!agent || !spec)
    throw new OffhookError(
      'not-found',
      `Agent "${plan.agent}" ${agent ? `has an unknown provider "${agent.provider}"` : 'does not exist'}`,
    )
  const config = spec.settings.parse(agent.settings)
  // A provider's own field wins over the talk's of the same name, with its default.
  const usual = talkSettings({ ...agent.settings, ...config })
  const talk = after ? { ...usual, greeting: transferFailed(usual, after) } : usual
  const about = aboutOf(plan)
  const kit = await furnishKit(live, agent.settings, about)
  const brief: Brief = {
    ...about,
    tools: [...toolsFor(plan), ...kit.tools],
    ...(Object.keys(kit.fillers).length > 0 && { fillers: kit.fillers }),
    ...(talk.greeting ? { greeting: talk.greeting } : {}),
  }
  const besides = { ...(kit.screen && { screen: kit.screen }), spareVoice: talk.mistakeVoice }
  const model = 'model' in config && typeof config.model === 'string' ? { model: config.model } : {}
  const opening: Talk = {
    ...model,
    brief,
    provider: spec.name,
    settings: talk,
    open: agentDoor(live.inputs, (emit) =>
      openSeen(live, emit, (seen) =>
        engine.openAgent(spec, config, { brief, organization: plan.organization, ...besides }, seen),
      ),
    ),
    vad: voiceDoor(live.inputs, engine.vad(Math.max(talk.endOfTurn, talk.endOfTurnMost))),
  }
  live.inputs.take(
    'talk',
    () => plain({ brief, provider: spec.name, settings: talk, ...model }),
    () => beginTalk(live, opening),
  )
}

/** What the agent tells is shown to watchers too, and what passes the conversation by finds it. */
async function openSeen(
  live: LiveCall,
  emit: AgentEmit,
  open: (emit: AgentEmit) => Promise<AgentSession>,
): Promise<AgentSession> {
  live.agent = await open((event) => {
    live.show(event)
    emit(event)
  })
  return live.agent
}

export type Talk = Pick<ConversationOptions, 'brief' | 'provider' | 'model' | 'settings' | 'open' | 'vad'>

/** The conversation begins: now, or in a replay when it began. */
export function beginTalk(live: LiveCall, talk: Talk): void {
  const { running } = live
  if (running.ended || live.conversation) return
  live.conversation = running.scope.use(
    createConversation({
      ...talk,
      clock: live.inputs.clock,
      ids: live.inputs.ids,
      logger: live.engine.logger.child({ call: running.id }),
      emit: (event: ConversationEvent) => void running.post(event),
      tool: (call) => useTool(live, call),
      play: (url) => void playFrom(live, url),
      finish: (reason) => void live.command({ type: 'hangup', reason }, 'engine'),
    }),
  )
  if (live.leg) live.conversation.attach(live.leg)
  if (live.endsAt !== undefined) live.conversation.endsIn(live.endsAt - live.inputs.clock.monotonic())
}

/** What the agent wants to have heard; nobody hears what cannot be had, and the call's events say why. */
async function playFrom(live: LiveCall, url: string): Promise<void> {
  const { engine, running } = live
  try {
    const wav = await fetchSound(engine, url)
    const { durationMs } = checkSound(wav)
    const id = engine.ids.id('cmd')
    live.keepSound(id, Buffer.from(wav).toString('base64'))
    // The rest of an address may hold a secret.
    await live.play(id, { type: 'play', durationMs })
  } catch (error) {
    const known = error instanceof OffhookError ? error : undefined
    const message = known?.message ?? `A sound could not be played: ${String(error)}`
    await running.post({ type: 'agent.failed', code: known?.code ?? 'internal', message })
  }
}

async function useTool(live: LiveCall, call: ToolCall): Promise<{ ok: boolean; result: unknown }> {
  const text = (name: string) => {
    const value = call.arguments[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  switch (call.name) {
    case 'hang_up':
      return result(await live.command({ type: 'hangup' }, 'agent'))
    case 'transfer_call': {
      const to = text('to')
      if (!to) return { ok: false, result: 'transfer_call needs "to": a number or SIP address' }
      return result(await live.command({ type: 'transfer', to }, 'agent'))
    }
    case 'send_digits': {
      const digits = text('digits')
      if (!/^[0-9A-D*#wW]+$/.test(digits)) return { ok: false, result: 'send_digits needs "digits" of 0-9 * # A-D w' }
      return result(await live.command({ type: 'send-digits', digits }, 'agent'))
    }
    case 'voicemail_reached':
      return result(await reachedVoicemail(live, text('message')))
    default:
      return live.useTool(call)
  }
}

function result(outcome: Outcome): { ok: boolean; result: unknown } {
  return { ok: outcome.ok, result: outcome.message ?? 'done' }
}
