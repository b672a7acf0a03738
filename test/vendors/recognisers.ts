/** The recognisers there are, each with its vendor's simulator, in every way that it can be set. */
import { startAssemblyaiStt } from '../../simulators/stt/assemblyai/simulator.ts'
import { startCartesiaStt } from '../../simulators/stt/cartesia/simulator.ts'
import { startDeepgramStt } from '../../simulators/stt/deepgram/simulator.ts'
import { startOpenaiStt } from '../../simulators/stt/openai/simulator.ts'
import type { RecogniserOptions } from '../../simulators/stt/options.ts'
import { startSonioxStt } from '../../simulators/stt/soniox/simulator.ts'
import { startSpeechmaticsStt } from '../../simulators/stt/speechmatics/simulator.ts'
import type { VendorServer } from '../../simulators/vendor/server.ts'
import { assemblyaiRecogniser } from '../../src/providers/stt/assemblyai/assemblyai.ts'
import { cartesiaRecogniser } from '../../src/providers/stt/cartesia/cartesia.ts'
import { deepgramRecogniser } from '../../src/providers/stt/deepgram/deepgram.ts'
import { openaiWhisper } from '../../src/providers/stt/openai-whisper/openai-whisper.ts'
import { openaiRecogniser } from '../../src/providers/stt/openai/openai.ts'
import { sonioxRecogniser } from '../../src/providers/stt/soniox/soniox.ts'
import { speechmaticsRecogniser } from '../../src/providers/stt/speechmatics/speechmatics.ts'
import type { RecogniserSpec, SocketRecogniserSpec } from '../../src/spec/speech.ts'

export const key = 'vendor-key-0123456789'

export interface Vendor<S extends RecogniserSpec = RecogniserSpec> {
  readonly name: string
  readonly spec: S
  start(options: RecogniserOptions): Promise<VendorServer>
  readonly settings?: Readonly<Record<string, unknown>>
  /** Of the base address, behind the server's. */
  readonly path?: string
}

const own = { turns: 'vendor' }
export const sockets: readonly Vendor<SocketRecogniserSpec>[] = [
  { name: 'deepgram nova', spec: deepgramRecogniser, start: startDeepgramStt },
  { name: 'deepgram nova, its turns', spec: deepgramRecogniser, start: startDeepgramStt, settings: own },
  { name: 'deepgram flux', spec: deepgramRecogniser, start: startDeepgramStt, settings: { model: 'flux-general-en' } },
  { name: 'openai', spec: openaiRecogniser, start: startOpenaiStt, path: '/v1' },
  { name: 'openai, its turns', spec: openaiRecogniser, start: startOpenaiStt, path: '/v1', settings: own },
  { name: 'openai, 24 kHz', spec: openaiRecogniser, start: startOpenaiStt, path: '/v1', settings: { rate: 24_000 } },
  { name: 'cartesia', spec: cartesiaRecogniser, start: startCartesiaStt },
  { name: 'cartesia, its turns', spec: cartesiaRecogniser, start: startCartesiaStt, settings: own },
  { name: 'soniox', spec: sonioxRecogniser, start: startSonioxStt },
  { name: 'soniox, its turns', spec: sonioxRecogniser, start: startSonioxStt, settings: { ...own, delay: 600 } },
  { name: 'speechmatics', spec: speechmaticsRecogniser, start: startSpeechmaticsStt },
  { name: 'speechmatics, its turns', spec: speechmaticsRecogniser, start: startSpeechmaticsStt, settings: own },
  { name: 'assemblyai', spec: assemblyaiRecogniser, start: startAssemblyaiStt, settings: { formatted: true } },
  {
    name: 'assemblyai, its turns',
    spec: assemblyaiRecogniser,
    start: startAssemblyaiStt,
    settings: { ...own, formatted: true },
  },
]

export function settingsFor({ spec, path = '', settings }: Vendor, server: VendorServer, secret = key) {
  const address = 'socket' in spec ? server.socketUrl : server.url
  return { ...settings, key: secret, baseUrl: `${address}${path}` }
}

export const files: Vendor = { name: 'openai files', spec: openaiWhisper, start: startOpenaiStt, path: '/v1' }
