/** What a leg says of its sound, and what it makes of what the other side says (RFC 3264). */
import type { SuiteName } from '../../src/protocols/srtp/suites.ts'
import { answer } from '../../src/protocols/sdp/answer.ts'
import type { Agreement, Ours } from '../../src/protocols/sdp/negotiated.ts'
import { readAnswer, writeOffer } from '../../src/protocols/sdp/offer.ts'
import { parseSession, type Direction } from '../../src/protocols/sdp/session.ts'
import { spokenCodecs, type RtpSound } from './sound.ts'
import type { SipCall, SipWorld } from './world.ts'

const suites: readonly SuiteName[] = ['AES_CM_128_HMAC_SHA1_80']

export function offerOf(call: SipCall, direction?: Direction): string {
  const local = writeOffer(oursOf(call, direction), call.facts.local)
  call.facts.local = local
  return local.sdp
}

/** The answer, or the status of a refusal. */
export function answerTo(call: SipCall, offer: string): { readonly sdp: string } | { readonly status: number } {
  const parsed = parseSession(offer)
  if (!parsed.ok) return { status: 400 }
  const agreement = answer(parsed.session, oursOf(call), call.facts.local)
  if (!agreement.ok) return { status: agreement.status }
  return { sdp: take(call, agreement) }
}

/** False: what was answered is no answer to what we offered. */
export function answered(call: SipCall, text: string, direction?: Direction): boolean {
  const parsed = parseSession(text)
  const { local } = call.facts
  if (!parsed.ok || !local) return false
  const agreement = readAnswer(local, oursOf(call, direction), parsed.session)
  if (agreement.ok) take(call, agreement)
  return agreement.ok
}

function take(call: SipCall, { local, agreed }: Extract<Agreement, { ok: true }>): string {
  call.facts.local = local
  call.facts.held = agreed.held
  soundOf(call).agree(agreed)
  return local.sdp
}

function oursOf(call: SipCall, direction?: Direction): Ours {
  const { ids, behaviour } = call.world as SipWorld // legs of this simulator live in no other world
  const { address, port } = soundOf(call).local
  return {
    ...{ id: `${port}`, address, port, codecs: spokenCodecs, events: behaviour.events, srtp: behaviour.srtp, suites },
    ...(direction ? { direction } : {}),
    random: (bytes) => Buffer.from(ids.token(bytes), 'base64url'),
  }
}

function soundOf({ facts }: SipCall): RtpSound {
  if (!facts.sound) throw new Error('the leg has no sound yet')
  return facts.sound
}
