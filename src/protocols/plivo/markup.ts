/** Plivo XML: what a call is told to do. */
import type { DialAddress } from '../e164/normalise.ts'
import type { Reply } from '../../spec/http.ts'
import { el, xml, type XmlElement } from '../xml/markup.ts'

export function response(...verbs: readonly (XmlElement | undefined)[]): string {
  return xml(el('Response', {}, ...verbs))
}

export function reply(markup: string, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/xml; charset=utf-8', ...headers }, body: markup }
}

/** Both ways, and alone until its socket closes; with no verb behind it the call ends then. */
export function stream(media: string, contentType: string, statusCallback: string): XmlElement {
  const attributes = {
    bidirectional: true,
    keepCallAlive: true,
    contentType,
    statusCallbackUrl: statusCallback,
    statusCallbackMethod: 'POST',
  }
  return el('Stream', attributes, media)
}

/** Of the whole call, in the background: stands before `<Stream>`. */
export function recordSession(callback: string, longest: number, stereo?: boolean): XmlElement {
  const attributes = {
    ...{ recordSession: true, redirect: false, fileFormat: 'wav', maxLength: longest },
    ...(stereo ? { recordChannelType: 'stereo' } : {}),
    ...{ callbackUrl: callback, callbackMethod: 'POST' },
  }
  return el('Record', attributes)
}

export function hangup(reason?: 'busy' | 'rejected'): XmlElement {
  return el('Hangup', { reason })
}

/** Waits for the beep of the machine, then speaks, then the call is over. */
export function message(text: string, voice: string, language: string): string {
  return response(el('Wait', { length: 30, beep: true }), el('Speak', { voice, language }, text), hangup())
}

export interface DialOptions {
  readonly callerId: string | undefined
  /** Rings this long, seconds. */
  readonly timeout: number
  /** Told how the dialled leg went, and asked for what follows. */
  readonly action: string
}

export function dial(
  to: DialAddress,
  { callerId, timeout, action }: DialOptions,
  digits: (number: string) => string,
): string {
  const target = to.type === 'sip' ? el('User', {}, to.value) : el('Number', {}, digits(to.value))
  return response(el('Dial', { callerId, timeout, action, method: 'POST' }, target))
}
