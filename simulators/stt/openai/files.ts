/** /v1/audio/transcriptions: a form with a sound file in, its text out. */
import { json } from '../../carrier/rest.ts'
import { readWav } from '../../sound/wav.ts'
import { Ear, written } from '../../vendor/ear.ts'
import { serverSent, type VendorReply, type VendorRequest } from '../../vendor/request.ts'

const fields: Readonly<Record<string, RegExp>> = {
  model: /whisper-1|gpt-transcribe|gpt-4o-(mini-)?transcribe/,
  language: /[a-z]{2,3}/,
  prompt: /[^]*/,
  response_format: /json|text|srt|vtt|verbose_json/,
  temperature: /[\d.]+/,
  stream: /true|false/,
}

const extensions = /\.(flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)$/

/** What is wrong with it, and in which field. */
interface Fault {
  readonly param: string
  readonly message: string
}

export async function transcribe(request: VendorRequest, phrase: () => string): Promise<VendorReply> {
  const form = await formOf(request)
  if (!form) return refuse({ param: 'body', message: 'Could not parse multipart form' })
  const fault = formFault(form)
  if (fault) return refuse(fault)
  const { rate, channels } = readWav(new Uint8Array(await (form.get('file') as File).arrayBuffer())) // checked above
  const pcm = channels[0] ?? new Int16Array(0)
  if (pcm.length < rate / 10)
    return refuse({ param: 'file', message: 'Audio file is too short. Minimum audio length is 0.1 seconds.' })
  const ear = new Ear({ rate, phrases: [phrase()], pause: Infinity })
  ear.hear(pcm)
  const words = ear.force().findLast((event) => event.type === 'ended')?.words
  // Nobody speaks: what such models say of silence.
  const text = words ? written(words) : 'Thank you.'
  const usage = { type: 'duration', seconds: Math.ceil(pcm.length / rate) }
  if (form.get('stream') === 'true') return streamed(text)
  return json(200, { text, usage })
}

async function formOf(request: VendorRequest): Promise<FormData | undefined> {
  const type = request.headers['content-type'] ?? ''
  try {
    return await new Response(Buffer.from(request.body), { headers: { 'content-type': type } }).formData()
  } catch {
    return undefined // no form: the caller says so
  }
}

function formFault(form: FormData): Fault | undefined {
  const file = form.get('file')
  if (!(file instanceof File)) return { param: 'file', message: 'file is required' }
  if (!extensions.test(file.name)) return { param: 'file', message: `Unrecognized file format: ${file.name}` }
  if (!form.has('model')) return { param: 'model', message: 'you must provide a model parameter' }
  for (const [param, value] of form) {
    if (param === 'file') continue
    const allowed = Object.hasOwn(fields, param) ? fields[param] : undefined
    if (!allowed) return { param, message: `Unknown parameter: '${param}'.` }
    if (typeof value !== 'string' || !new RegExp(`^(?:${allowed.source})$`).test(value))
      return { param, message: `Invalid value for '${param}'.` }
  }
  const [model, format] = [String(form.get('model')), String(form.get('response_format') ?? 'json')]
  if (model !== 'whisper-1' && format !== 'json') return { param: 'response_format', message: `not with ${model}` }
  if (model === 'whisper-1' && form.get('stream') === 'true') return { param: 'stream', message: 'not with whisper-1' }
  return undefined
}

function refuse({ param, message }: Fault): VendorReply {
  return json(400, { error: { message, type: 'invalid_request_error', param, code: null } })
}

function streamed(text: string): VendorReply {
  async function* events() {
    for (const delta of text.match(/\s*\S+/g) ?? []) yield { type: 'transcript.text.delta', delta }
    yield { type: 'transcript.text.done', text }
  }
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: serverSent(events()) }
}
