/** `offhook`: the engine as a library. */
export { createOffhook, type Call, type EventSeen, type Offhook, type OffhookOptions } from './offhook.ts'
export { defineAgent, type AgentDefinition, type Talking, type Voice } from './define.ts'
export type { AgentOf, Line } from './furnish.ts'
export type { AgentSpec, AgentOrder, AgentEvent, AgentSession, Brief } from '../spec/agent.ts'
export type { CarrierSpec } from '../spec/carrier.ts'
export type { CallEvent } from '../spec/event.ts'
export { field } from '../spec/provider.ts'
export { OffhookError, type ErrorCode } from '../spec/errors.ts'
