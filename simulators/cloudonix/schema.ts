/** CXML as this simulator runs it: which verbs, attributes, nesting and text are allowed. */
import type { AttributeRule, Rules } from '../carrier/markup.ts'

const any: AttributeRule = { type: 'any' }
const address: AttributeRule = { type: 'pattern', pattern: /^\S{1,4000}$/, why: 'is not a URL' }
const method: AttributeRule = { type: 'words', words: ['GET', 'POST'] }
const truth: AttributeRule = { type: 'words', words: ['true', 'false'] }
const number = (min: number, max: number): AttributeRule => ({ type: 'number', min, max })
const words = (...list: string[]): AttributeRule => ({ type: 'words', words: list })

const verbs = ['Connect', 'Dial', 'Gather', 'Hangup', 'Pause', 'Play', 'Redirect', 'Reject', 'Say', 'Start', 'Stop']
const one = ({ children }: { readonly children: readonly unknown[] }) =>
  children.length === 1 ? undefined : 'needs exactly one <Stream>'

export const rules: Rules = {
  Response: { attributes: {}, children: verbs },
  Connect: { attributes: { action: address, method }, children: ['Stream'], check: one },
  Start: { attributes: {}, children: ['Stream'], check: one },
  Stop: { attributes: {}, children: ['Stream'], check: one },
  Stream: {
    attributes: {
      ...{ url: address, name: any, track: words('inbound_track', 'outbound_track', 'both_tracks') },
      ...{ statusCallback: address, statusCallbackMethod: method },
    },
    children: ['Parameter'],
  },
  Parameter: { attributes: { name: any, value: any }, required: ['name', 'value'], children: [] },
  Dial: {
    attributes: {
      ...{ action: address, method, callerId: any, trunks: any, timeout: number(1, 600), timeLimit: number(1, 86_400) },
      ...{ hangupOnStar: truth, record: any, recordingStatusCallback: address },
    },
    children: ['Number', 'Sip', 'Header'],
    text: true,
  },
  Number: { attributes: { statusCallback: address, statusCallbackEvent: any }, children: [], text: true },
  Sip: { attributes: { username: any, password: any }, children: [], text: true },
  Header: { attributes: { name: any, value: any }, children: [] },
  Gather: {
    attributes: {
      ...{ action: address, method, input: any, numDigits: number(1, 99), timeout: number(1, 600), finishOnKey: any },
      ...{ actionOnEmptyResult: truth, maxTimeout: any, speechTimeout: any },
    },
    children: ['Say', 'Play', 'Pause'],
  },
  Say: {
    attributes: { voice: any, language: any, loop: number(0, 1000), statusCallback: address },
    children: [],
    text: true,
  },
  Play: { attributes: { loop: number(0, 1000), statusCallback: address }, children: [], text: true },
  Pause: { attributes: { length: number(0, 86_400) }, children: [] },
  Redirect: { attributes: { method }, children: [], text: true },
  Reject: { attributes: { reason: words('rejected', 'busy') }, children: [] },
  Hangup: { attributes: {}, children: [] },
}
