/** The list: one line per provider. */
import type { AgentSpec } from '../spec/agent.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import type { ModelSpec, RecogniserSpec, SpeakerSpec } from '../spec/speech.ts'
import { echo } from './agents/echo/echo.ts'
import { elevenlabs as elevenlabsAgent } from './agents/elevenlabs/elevenlabs.ts'
import { local } from './agents/local/local.ts'
import { openaiLive } from './agents/openai-live/openai-live.ts'
import { openaiRealtime } from './agents/openai-realtime/openai-realtime.ts'
import { pipeline } from './agents/pipeline/pipeline.ts'
import { twilioStream } from './agents/twilio-stream/twilio-stream.ts'
import { cloudonix } from './carriers/cloudonix/cloudonix.ts'
import { exotel } from './carriers/exotel/exotel.ts'
import { plivo } from './carriers/plivo/plivo.ts'
import { sip } from './carriers/sip/sip.ts'
import { telnyx } from './carriers/telnyx/telnyx.ts'
import { twilio } from './carriers/twilio/twilio.ts'
import { vobiz } from './carriers/vobiz/vobiz.ts'
import { vonage } from './carriers/vonage/vonage.ts'
import { webrtc } from './carriers/webrtc/webrtc.ts'
import { anthropic } from './llm/anthropic/anthropic.ts'
import { gemini } from './llm/gemini/gemini.ts'
import { openaiCompatible } from './llm/openai-compatible/openai-compatible.ts'
import { openaiResponses } from './llm/openai-responses/openai-responses.ts'
import { scriptedModel } from './llm/scripted/index.ts'
import { textBridge } from './llm/text-bridge/text-bridge.ts'
import { assemblyaiRecogniser } from './stt/assemblyai/assemblyai.ts'
import { cartesiaRecogniser } from './stt/cartesia/cartesia.ts'
import { deepgramRecogniser } from './stt/deepgram/deepgram.ts'
import { localRecogniser } from './stt/local/index.ts'
import { openaiRecogniser } from './stt/openai/openai.ts'
import { openaiWhisper } from './stt/openai-whisper/openai-whisper.ts'
import { sonioxRecogniser } from './stt/soniox/soniox.ts'
import { speechmaticsRecogniser } from './stt/speechmatics/speechmatics.ts'
import { cartesiaSpeaker } from './tts/cartesia/cartesia.ts'
import { deepgramSpeaker } from './tts/deepgram/deepgram.ts'
import { elevenlabsSpeaker } from './tts/elevenlabs/elevenlabs.ts'
import { elevenlabsHttpSpeaker } from './tts/elevenlabs/http.ts'
import { localSpeaker } from './tts/local/index.ts'
import { openaiSpeaker } from './tts/openai/openai.ts'
import { rimeSpeaker } from './tts/rime/rime.ts'

export const carriers: readonly CarrierSpec[] = [twilio, telnyx, sip, webrtc, plivo, vobiz, vonage, cloudonix, exotel]

export const agents: readonly AgentSpec[] = [
  local,
  echo,
  pipeline,
  openaiRealtime,
  openaiLive,
  elevenlabsAgent,
  twilioStream,
]

export const recognisers: readonly RecogniserSpec[] = [
  localRecogniser,
  deepgramRecogniser,
  openaiRecogniser,
  openaiWhisper,
  cartesiaRecogniser,
  sonioxRecogniser,
  speechmaticsRecogniser,
  assemblyaiRecogniser,
]
export const models: readonly ModelSpec[] = [
  scriptedModel,
  openaiCompatible,
  openaiResponses,
  anthropic,
  gemini,
  textBridge,
]
export const speakers: readonly SpeakerSpec[] = [
  localSpeaker,
  elevenlabsSpeaker,
  elevenlabsHttpSpeaker,
  cartesiaSpeaker,
  openaiSpeaker,
  deepgramSpeaker,
  rimeSpeaker,
]
