/** The file format of a recorded call: one JSON object a line, the header first, bytes in base64. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { LibError } from './failure.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { isJsonObject, parseJson } from './json.ts'

/** One thing that came from outside: a webhook, a wire message, a timer, a decision of a model. */
export interface RecordedInput {
  readonly kind: string
  readonly data: JsonValue | Uint8Array
  /** The call's monotonic time, ms. */
  readonly time: number
  /** Index of the media frame it came with or before. */
  readonly frame?: number
  /** It came in the same run of the event loop as the input before: nothing that waited could go on in between. */
  readonly joined?: true
}

export interface RecordingHeader {
  readonly call: string
  /** Wall time of the start. */
  readonly wall: number
  readonly monotonic: number
  /** What else the reader should know: carrier, agent, version. No secrets. */
  readonly about: JsonObject
}

/** Kind of the mark that stands where inputs were lost; its data is their number. */
export const gapKind = 'gap'

const format = 'offhook-recording'
const version = 1

export function encodeHeader({ call, wall, monotonic, about }: RecordingHeader): string {
  return `${JSON.stringify({ format, version, call, wall, monotonic, about })}\n`
}

export function encodeInput({ kind, data, time, frame, joined }: RecordedInput): string {
  const place = `${frame === undefined ? '' : `,"f":${frame}`}${joined ? ',"j":1' : ''}`
  const head = `{"k":${JSON.stringify(kind)},"t":${time}${place}`
  return data instanceof Uint8Array ? `${head},"b":"${base64(data)}"}\n` : `${head},"d":${JSON.stringify(data)}}\n`
}

export async function readHeader(path: string): Promise<RecordingHeader> {
  for await (const [line] of readLines(path)) return decodeHeader(line, path)
  throw emptyFile(path)
}

/** Every input in the order it came. A last line cut short by a crash is left out; any other fault is `recording.invalid`. */
export async function* readRecording(path: string): AsyncGenerator<RecordedInput, void, undefined> {
  let torn: LibError | undefined
  let lines = 0
  for await (const [line, number] of readLines(path)) {
    if (torn) throw torn
    lines = number
    if (number === 1) decodeHeader(line, path)
    else {
      const input = decodeInput(line)
      if (input) yield input
      else torn = new LibError('recording.invalid', `${path}, line ${number}: not an input`)
    }
  }
  if (lines === 0) throw emptyFile(path)
}

function emptyFile(path: string): LibError {
  return new LibError('recording.invalid', `${path} is empty`)
}

async function* readLines(path: string): AsyncGenerator<readonly [line: string, number: number], void, undefined> {
  let number = 0
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity }))
    yield [line, ++number]
}

function decodeHeader(line: string, path: string): RecordingHeader {
  const value = objectIn(line)
  const { call, wall, monotonic, about = {} } = value ?? {}
  const known = value?.['format'] === format && value['version'] === version
  if (known && typeof call === 'string' && typeof wall === 'number' && typeof monotonic === 'number') {
    if (isJsonObject(about)) return { call, wall, monotonic, about }
  }
  throw new LibError('recording.invalid', `${path} is no recording of format ${format} ${version}`)
}

function decodeInput(line: string): RecordedInput | undefined {
  const { k: kind, t: time, f: frame, j, d, b } = objectIn(line) ?? {}
  if (typeof kind !== 'string' || typeof time !== 'number') return undefined
  const data = typeof b === 'string' ? new Uint8Array(Buffer.from(b, 'base64')) : d
  if (data === undefined) return undefined
  return { kind, data, time, ...(typeof frame === 'number' && { frame }), ...(j === 1 && { joined: true as const }) }
}

function objectIn(line: string): JsonObject | undefined {
  try {
    const value = parseJson(line, { maxLength: 64 << 20, maxDepth: 128 })
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined // The caller names file and line.
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}
