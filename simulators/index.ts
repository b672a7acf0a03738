/** `offhook/testing`: the other side of the wire, for the project's tests and for its users'. */
export { realClock, VirtualClock, type Clock, type Timer } from '../src/lib/clock.ts'
export { randomIds, seededIds, type Ids } from '../src/lib/ids.ts'
export { Scope } from '../src/lib/scope.ts'
export type { CallResult, CallStatus, SimulatedCall } from './carrier/call.ts'
export { clearFaults, type Faults, type RestFault } from './carrier/faults.ts'
export type { RestReply, RestRequest } from './carrier/rest.ts'
export { requestHandler, serveCarrier, type RequestHandler, type ServeOptions } from './carrier/server.ts'
export type { CarrierOptions, CarrierSimulator, InboundCall, Targets } from './carrier/simulator.ts'
export type { MediaStream } from './carrier/stream.ts'
export type { Alert, AnsweredBy, Detection, DialBehaviour, MediaSeen, WireEntry } from './carrier/world.ts'
export { simulatedCarrier, simulatedCarriers, type SimulatedCarrier } from './list.ts'
export { answeringMachine, type AnsweringMachine } from './phone/machine.ts'
export { CallOver, Phone, WaitedTooLong, type Line, type PhoneOptions } from './phone/phone.ts'
export type { Frame, Sound } from './sound/frames.ts'
export { decodeMulaw, encodeMulaw } from './sound/mulaw.ts'
export { Tape } from './sound/tape.ts'
export { framesOfTone, join, keypad, silence, tone, toneShare } from './sound/tones.ts'
export { readWav, toTelephone, writeWav, type Wav } from './sound/wav.ts'
export { Ticker, tickerOf } from './ticker.ts'
export { createExotel, type ExotelOptions } from './exotel/simulator.ts'
export { startSipPhone, type SipPhone, type SipPhoneOptions } from './sip/phone.ts'
export { startSip, type SipOptions, type SipSimulator } from './sip/simulator.ts'
export { simulatedTrunk } from './sip/trunk.ts'
export type { Behaviour as SipBehaviour, SipCall } from './sip/world.ts'
export { createTelnyx, type TelnyxOptions } from './telnyx/simulator.ts'
export { signatureOf, type Fields } from './twilio/signature.ts'
export {
  createTwilio,
  startTwilio,
  type StartOptions,
  type TwilioAccount,
  type TwilioOptions,
  type TwilioSimulator,
} from './twilio/simulator.ts'
export type { AgentSetup, ElevenlabsOptions } from './agents/elevenlabs/simulator.ts'
export {
  agentId as elevenlabsAgentId,
  startElevenlabs,
  type SimulatedElevenlabs,
} from './agents/elevenlabs/simulator.ts'
export { startOpenaiLive, type SimulatedLive } from './agents/openai-live/simulator.ts'
export {
  startOpenaiRealtime,
  type RealtimeOptions,
  type SimulatedRealtime,
} from './agents/openai-realtime/simulator.ts'
export type {
  AgentSimulatorOptions,
  Answer,
  HeardTurn,
  Remembered,
  SimulatedAgent,
  SimulatedSession,
} from './agents/script.ts'
export type { ModelOptions, ModelServer, ScriptedAnswer, ScriptedCall } from './llm/model.ts'
export { startAnthropicLlm } from './llm/anthropic/simulator.ts'
export { startGeminiLlm } from './llm/gemini/simulator.ts'
export { startOpenaiChatLlm } from './llm/openai-chat/simulator.ts'
export { startOpenaiResponsesLlm } from './llm/openai-responses/simulator.ts'
export type { RecogniserOptions } from './stt/options.ts'
export { startAssemblyaiStt } from './stt/assemblyai/simulator.ts'
export { startCartesiaStt } from './stt/cartesia/simulator.ts'
export { startDeepgramStt } from './stt/deepgram/simulator.ts'
export { startOpenaiStt } from './stt/openai/simulator.ts'
export { startSonioxStt } from './stt/soniox/simulator.ts'
export { startSpeechmaticsStt } from './stt/speechmatics/simulator.ts'
export type { SpeakerOptions, SpeakerServer } from './tts/booth.ts'
export { startCartesiaTts } from './tts/cartesia/simulator.ts'
export { startDeepgramTts } from './tts/deepgram/simulator.ts'
export { startElevenlabsTts } from './tts/elevenlabs/simulator.ts'
export { startOpenaiTts } from './tts/openai/simulator.ts'
export { startRimeTts } from './tts/rime/simulator.ts'
export type { VendorFaults } from './vendor/faults.ts'
export type { VendorEntry } from './vendor/log.ts'
export { serveVendor, type VendorApi, type VendorOptions, type VendorServer } from './vendor/server.ts'
export { netWire, WireFailure, type Wire } from './wire.ts'
