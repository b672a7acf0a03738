/** Plivo's XML as this simulator runs it: which elements, attributes and nesting are allowed (docs: voice/xml). */
import type { AttributeRule, Element, ElementRule, Rules } from '../carrier/markup.ts'
import { readFormat } from './frames.ts'

export const address: AttributeRule = { type: 'pattern', pattern: /^\S{1,2048}$/, why: 'is not a URL' }
export const method: AttributeRule = { type: 'words', words: ['GET', 'POST'] }
export const truth: AttributeRule = { type: 'words', words: ['true', 'false'] }
export const any: AttributeRule = { type: 'any' }
export const number = (min: number, max: number): AttributeRule => ({ type: 'number', min, max })
const words = (...list: string[]): AttributeRule => ({ type: 'words', words: list })

const extraHeaders: AttributeRule = {
  type: 'pattern',
  pattern: /^([A-Za-z0-9_-]+=[^,=]*(,|$))*$/,
  why: 'is no list of k=v',
}

export const streamRule: ElementRule = {
  attributes: {
    bidirectional: truth,
    keepCallAlive: truth,
    contentType: any,
    audioTrack: words('inbound', 'outbound', 'both'),
    streamTimeout: number(1, 86_400),
    statusCallbackUrl: address,
    statusCallbackMethod: method,
    extraHeaders,
    noiseCancellation: truth,
    noiseCancellationLevel: number(60, 100),
  },
  children: [],
  text: true,
  check: checkStream,
}

export function checkStream({ attributes, text }: Element): string | undefined {
  if (!text) return 'has no address'
  if (attributes['contentType'] !== undefined && !readFormat(attributes['contentType'])) return 'contentType is unknown'
  if (attributes['bidirectional'] === 'true' && (attributes['audioTrack'] ?? 'inbound') !== 'inbound')
    return 'bidirectional streams have the inbound track only'
  return (attributes['extraHeaders'] ?? '').length > 512 ? 'extraHeaders is longer than 512 bytes' : undefined
}

const voice = { voice: any, language: any, loop: number(0, 1000) }

const digits = {
  action: address,
  method,
  redirect: truth,
  timeout: number(1, 600),
  digitTimeout: number(1, 60),
  finishOnKey: any,
  numDigits: number(1, 99),
  retries: number(0, 10),
  validDigits: any,
  playBeep: truth,
  log: truth,
}

/** Verbs that Plivo and its kin share. */
export const shared: Rules = {
  Speak: { attributes: voice, children: [], text: true },
  Play: { attributes: { loop: number(0, 1000) }, children: [], text: true },
  Wait: {
    attributes: { length: number(0, 600), silence: truth, minSilence: number(0, 60_000), beep: truth },
    children: [],
  },
  Redirect: { attributes: { method }, children: [], text: true },
  Hangup: { attributes: { reason: words('rejected', 'busy'), schedule: number(0, 86_400) }, children: [] },
  DTMF: { attributes: { async: truth }, children: [], text: true },
  Record: {
    attributes: {
      ...{ action: address, method, fileFormat: words('mp3', 'wav'), redirect: truth, timeout: number(0, 600) },
      ...{ maxLength: number(1, 86_400), playBeep: truth, finishOnKey: any, recordSession: truth },
      ...{ startOnDialAnswer: truth, callbackUrl: address, callbackMethod: method, recordChannelType: any },
    },
    children: [],
  },
  Dial: {
    attributes: {
      ...{ action: address, method, redirect: truth, hangupOnStar: truth, timeLimit: number(1, 86_400) },
      ...{ timeout: number(1, 600), callerId: any, callerName: any, callbackUrl: address, callbackMethod: method },
      ...{ dialMusic: any, confirmSound: any, confirmKey: any, digitsMatch: any, sipHeaders: any },
    },
    children: ['Number', 'User'],
  },
  Number: { attributes: { sendDigits: any, sendOnPreanswer: truth }, children: [], text: true },
  User: {
    attributes: { sendDigits: any, sipHeaders: any, sipAuthUsername: any, sipAuthPassword: any },
    children: [],
    text: true,
  },
  PreAnswer: { attributes: {}, children: ['Play', 'Speak', 'Wait'] },
}

export const plivoRules: Rules = {
  ...shared,
  Response: { attributes: {}, children: [...Object.keys(shared), 'Stream', 'GetDigits', 'GetInput'] },
  Stream: streamRule,
  GetDigits: { attributes: digits, children: ['Play', 'Speak'] },
  GetInput: {
    attributes: { ...digits, inputType: any, executionTimeout: number(5, 60), digitEndTimeout: any, language: any },
    children: ['Play', 'Speak'],
  },
}
