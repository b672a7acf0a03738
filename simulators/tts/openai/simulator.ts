/** OpenAI's speech, simulated: a request per text, as raw samples or as events. */
import { z } from 'zod'
import { jsonBody, same } from '../../carrier/rest.ts'
import { bearer, invalid, refuse, unknownModel } from '../../llm/openai.ts'
import { serverSent, type VendorReply, type VendorRequest } from '../../vendor/request.ts'
import { serveVendor } from '../../vendor/server.ts'
import { base64, Booth, withBooth, type SpeakerOptions, type SpeakerServer } from '../booth.ts'

export async function startOpenaiTts(options: SpeakerOptions): Promise<SpeakerServer> {
  const booth = new Booth(options)
  const route = (request: VendorRequest): VendorReply => {
    if (request.method !== 'POST' || request.path !== '/v1/audio/speech') return refuse(404)
    if (!same(bearer(request), options.key)) return refuse(401, `Incorrect API key provided: ${bearer(request)}.`)
    return speech(request, booth)
  }
  return withBooth(
    await serveVendor({ route, refuse: (status) => refuse(status) }, { ...options, secrets: [options.key] }),
    booth,
  )
}

const voices = [
  ...(['alloy', 'ash', 'ballad', 'coral', 'echo', 'fable', 'onyx', 'nova', 'sage'] as const),
  ...(['shimmer', 'verse', 'marin', 'cedar'] as const),
]

const body = z.strictObject({
  model: z.string().min(1),
  input: z.string().min(1).max(4096),
  voice: z.union([z.enum(voices), z.strictObject({ id: z.string() })]),
  instructions: z.string().max(4096).optional(),
  response_format: z.literal('pcm', 'this simulator makes raw samples only'),
  speed: z.number().min(0.25).max(4).optional(),
  stream_format: z.enum(['audio', 'sse']).optional(),
})

function speech(request: VendorRequest, booth: Booth): VendorReply {
  const parsed = body.safeParse(jsonBody(Buffer.from(request.body).toString()))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return invalid({ message: `${issue?.path.join('.')}: ${issue?.message}`, param: issue?.path.join('.') ?? '' })
  }
  const { model, input, instructions, stream_format } = parsed.data
  if (model === 'no-such-model') return unknownModel(model)
  const isOld = model.startsWith('tts-1')
  if (isOld && instructions !== undefined) return invalid({ message: `instructions are not supported by ${model}` })
  if (isOld && stream_format === 'sse') return invalid({ message: `sse is not supported by ${model}` })
  const sound = booth.speak(input, { encoding: 'linear', rate: 24_000 }, request.signal)
  if (stream_format === 'sse') {
    return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: serverSent(events(sound, input)) }
  }
  return { status: 200, headers: { 'content-type': 'audio/pcm' }, body: sound }
}

async function* events(sound: AsyncIterable<Uint8Array>, input: string): AsyncGenerator<object> {
  for await (const piece of sound) yield { type: 'speech.audio.delta', audio: base64(piece) }
  const usage = {
    input_tokens: Math.ceil(input.length / 4),
    output_tokens: input.length,
    total_tokens: 2 * input.length,
  }
  yield { type: 'speech.audio.done', usage }
}
