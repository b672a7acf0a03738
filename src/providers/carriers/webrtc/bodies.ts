/** What clients send over HTTP, read: offers, candidates, session requests. */
import { z } from 'zod'
import { OffhookError } from '../../../spec/errors.ts'
import { longestSdp } from './sdp.ts'

const data = z.record(z.string(), z.unknown())

const offerBody = z.object({
  sdp: z.string().min(1).max(longestSdp),
  type: z.literal('offer'),
  pc_id: z.string().max(200).nullish(),
  restart_pc: z.boolean().nullish(),
  // The clients write the first, the reference server's own page the second.
  requestData: data.nullish(),
  request_data: data.nullish(),
})

export interface OfferBody {
  readonly sdp: string
  /** The connection to negotiate anew. */
  readonly id?: string
  /** Drop that connection and begin another for the same call. */
  readonly restart: boolean
  readonly data: Readonly<Record<string, unknown>>
}

/** Throws `request.invalid` that names the field at fault; `under` is what the session was started with. */
export function readOfferBody(json: unknown, under: Readonly<Record<string, unknown>> = {}): OfferBody {
  const body = parsed(offerBody, json, 'offer')
  return {
    sdp: body.sdp,
    ...(body.pc_id ? { id: body.pc_id } : {}),
    restart: body.restart_pc === true,
    data: { ...under, ...(body.requestData ?? body.request_data) },
  }
}

const mostCandidates = 50

const candidateBody = z.object({
  pc_id: z.string().min(1).max(200),
  candidates: z
    .array(
      z.object({
        candidate: z.string().max(1000),
        sdp_mid: z.string().max(100).nullish(),
        sdp_mline_index: z.number().int().min(0).max(100).nullish(),
      }),
    )
    .max(mostCandidates),
})

export interface CandidateBody {
  readonly id: string
  /** An empty `candidate` says that no more will come. */
  readonly candidates: readonly {
    readonly candidate: string
    readonly sdpMid?: string
    readonly sdpMLineIndex?: number
  }[]
}

export function readCandidates(json: unknown): CandidateBody {
  const body = parsed(candidateBody, json, 'list of candidates')
  return {
    id: body.pc_id,
    candidates: body.candidates.map(({ candidate, sdp_mid: mid, sdp_mline_index: index }) => ({
      candidate,
      ...(typeof mid === 'string' ? { sdpMid: mid } : {}),
      ...(typeof index === 'number' ? { sdpMLineIndex: index } : {}),
    })),
  }
}

const startBody = z.object({
  transport: z.string().max(50).nullish(),
  enableDefaultIceServers: z.boolean().nullish(),
  body: data.nullish(),
})

export interface StartBody {
  readonly iceServers: boolean
  readonly data: Readonly<Record<string, unknown>>
}

export function readStart(json: unknown): StartBody {
  const body = parsed(startBody, json ?? {}, 'start request')
  if (body.transport && body.transport !== 'webrtc')
    throw new OffhookError('request.invalid', `This line has no transport "${body.transport}": it has webrtc`)
  return { iceServers: body.enableDefaultIceServers === true, data: body.body ?? {} }
}

function parsed<T extends z.ZodType>(schema: T, json: unknown, what: string): z.output<T> {
  if (json === undefined) throw new OffhookError('request.malformed', `The ${what} is no JSON`)
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new OffhookError('request.invalid', `The ${what} is not valid: ${faults.slice(0, 5).join('; ')}`)
}
