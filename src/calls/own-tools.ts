/** The tools of a call beside the carrier's commands: the user's own, and what an agent says of a machine that it reached. */
import { type Kit, openKit } from '../conversation/kit/kit.ts'
import type { About } from '../conversation/kit/http-tool.ts'
import { kitSettings } from '../conversation/kit/settings.ts'
import type { CallPlan } from '../spec/call.ts'
import type { ToolCall } from '../spec/speech.ts'
import type { LiveCall, Outcome } from './live.ts'

export function aboutOf({ id, direction, from, to, variables, metadata }: CallPlan): About {
  return { call: id, direction, from, to, variables, metadata }
}

/** Opened once per call; it closes with the talk. A server that is not there is told, and its tools are left out. */
export async function furnishKit(
  live: LiveCall,
  settings: Readonly<Record<string, unknown>>,
  about: About,
): Promise<Kit> {
  const { engine, running } = live
  if (live.kit) return live.kit
  const scope = running.scope.child('tools')
  const logger = engine.logger.child({ call: running.id })
  // The call is over long before its scope: the carrier is still to be asked for the cost.
  live.over.promise
    .then(() => scope.close())
    .catch((error: unknown) => logger.warn('tools were not closed well', { error }))
  live.kit = scope.use(
    await openKit(kitSettings(settings), about, {
      ...{ request: engine.request, stream: engine.stream, now: () => engine.clock.now() },
      signal: scope.signal,
      engine: engine.scope.signal,
      logger,
      failed: ({ code, message }) => void live.post({ type: 'agent.failed', code, message }),
    }),
  )
  return live.kit
}

export function useKit(live: LiveCall, call: ToolCall): void {
  const outcome = live.kit?.perform(call) ?? Promise.resolve({ ok: false, result: `there is no tool "${call.name}"` })
  void outcome.then((worked) => live.toolWorked({ id: call.id, ...worked }))
}

/** The call's own message is left if it has one, else the agent's; without any the call is ended. */
export function reachedVoicemail(live: LiveCall, message: string): Promise<Outcome> {
  const { running } = live
  const words = running.call.plan.voicemailMessage ?? message
  void running.post({ type: 'machine.detected', result: 'machine', raw: 'agent', messageEnded: false })
  if (words === '') return live.command({ type: 'hangup' }, 'agent')
  return live.command({ type: 'leave-message', text: words }, 'agent')
}
