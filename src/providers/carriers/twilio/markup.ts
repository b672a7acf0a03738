/** TwiML: what we answer to a voice webhook, and what we put in place of a running call's markup. */
import { el, xml, type XmlElement } from '../../../protocols/xml/markup.ts'
import type { DialAddress } from '../../../protocols/e164/normalise.ts'
import type { Reply } from '../../../spec/http.ts'

/** Longest inline TwiML the REST API takes (docs: Call resource, Twiml). */
export const longestInline = 4_000

export function response(...verbs: readonly (XmlElement | undefined)[]): string {
  return xml(el('Response', {}, ...verbs))
}

/** TwiML as the answer to a webhook. Twilio carries it out only with a 2xx status. */
export function reply(markup: string, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'text/xml; charset=utf-8', ...headers }, body: markup }
}

/** Both ways, and the call's only occupation. The token is in the path, since Twilio drops the query of a stream URL. */
export function connect(media: string, call: string, statusCallback: string): XmlElement {
  const stream = { url: media, statusCallback, statusCallbackMethod: 'POST' }
  return el('Connect', {}, el('Stream', stream, el('Parameter', { name: 'call', value: call })))
}

/**
 * What Twilio does when our end of the stream is gone, or never came to be: it waits as long as a process needs to start
 * again, and asks us. A caller who hangs up never gets here.
 */
export function askAgain(url: string): readonly XmlElement[] {
  return [el('Pause', { length: restartSeconds }), el('Redirect', { method: 'POST' }, persistent(url))]
}

const restartSeconds = 3

/** Tried more than once, also when a proxy says that nobody is there (docs: webhooks-connection-overrides). */
export function persistent(url: string): string {
  return `${url}#rc=5&rp=ct,5xx`
}

/** Untrimmed, so that both channels stay aligned with the call. Stands before `<Connect>`, which never returns. */
export function startRecording(callback: string): XmlElement {
  const attributes = {
    channels: 'dual',
    trim: 'do-not-trim',
    recordingStatusCallback: callback,
    recordingStatusCallbackMethod: 'POST',
    recordingStatusCallbackEvent: recordingEvents.join(' '),
  }
  return el('Start', {}, el('Recording', attributes))
}

export const recordingEvents = ['in-progress', 'completed', 'absent'] as const

/** Valid only as the first verb; the call is not billed. */
export function reject(reason: 'busy' | 'rejected'): XmlElement {
  return el('Reject', { reason })
}

export function hangup(): XmlElement {
  return el('Hangup')
}

export function playDigits(digits: string): XmlElement {
  return el('Play', { digits })
}

export function say(text: string, voice?: string, language?: string): XmlElement {
  return el('Say', { voice, language }, text)
}

export interface DialOptions {
  readonly callerId: string | undefined
  /** Rings this long, seconds. */
  readonly timeout: number
  /** Asked for the next markup when the dialled leg is over, with its result. */
  readonly action: string
}

/** The caller keeps hearing ringing until the other side answers. */
export function dial(to: DialAddress, { callerId, timeout, action }: DialOptions): XmlElement {
  const attributes = { callerId, timeout, action, method: 'POST', answerOnBridge: true }
  return el('Dial', attributes, target(to))
}

function target(to: DialAddress): XmlElement {
  switch (to.type) {
    case 'sip':
      return el('Sip', {}, to.value)
    case 'client':
      return el('Client', {}, to.value.slice('client:'.length))
    case 'number':
    case 'extension':
      return el('Number', {}, to.value)
    default:
      return to satisfies never
  }
}
