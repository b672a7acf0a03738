/** The way to a bot's stream: its address, or its webhook that names one; signed as Twilio signs, and named as Twilio names. */
import { createHash } from 'node:crypto'
import { fill } from '../../../lib/fill.ts'
import { streamWanted } from '../../../protocols/twilio/answer.ts'
import { signatureOf } from '../../../protocols/twilio/signature.ts'
import type { Brief } from '../../../spec/agent.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { HttpResponse, Now, Operation } from '../../../spec/http.ts'
import type { SocketTarget } from '../../../spec/speech.ts'
import type { Config } from './settings.ts'

/** What was found on the way, as facts of the target: the bot's parameters beside our name for the stream. */
const streamFact = 'stream'
const parameterFact = 'parameter.'

export function* open(config: Config, brief: Brief, now: Now): Operation<SocketTarget> {
  const stream = sid('MZ', now.id('stream'))
  if (config.url.startsWith('ws')) return target(config, config.url, { [streamFact]: stream })
  const form = callForm(config, brief)
  const response = yield {
    method: 'POST',
    url: config.url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/xml, application/xml',
      ...proof(config, config.url, form),
    },
    body: form.toString(),
  }
  const { url, parameters } = answerOf(response)
  const told = Object.entries(parameters).map(([name, value]) => [parameterFact + name, value])
  return target(config, url, { ...Object.fromEntries(told), [streamFact]: stream })
}

function target(config: Config, url: string, facts: Readonly<Record<string, string>>): SocketTarget {
  return { url, headers: proof(config, url), facts }
}

function proof({ authToken, bearerToken }: Config, url: string, form?: URLSearchParams) {
  return {
    ...(authToken && { 'x-twilio-signature': signatureOf(authToken, url, form) }),
    ...(bearerToken && { authorization: `Bearer ${bearerToken}` }),
  }
}

function answerOf({ status, body }: HttpResponse) {
  if (status === 401 || status === 403)
    throw new OffhookError('vendor.credentials', `the bot's webhook answered ${status}: check the tokens on both sides`)
  if (status < 200 || status > 299)
    throw new OffhookError('vendor.failed', `the bot's webhook answered ${status} instead of TwiML`)
  const wanted = streamWanted(Buffer.from(body).toString())
  if (typeof wanted === 'string')
    throw new OffhookError('vendor.refused', `the bot's webhook gave an answer that leads to no stream: ${wanted}`)
  return wanted
}

/** The fields of Twilio's voice webhook. */
function callForm(config: Config, brief: Brief): URLSearchParams {
  const inbound = brief.direction === 'inbound'
  return new URLSearchParams({
    CallSid: callSid(brief),
    AccountSid: accountSid(config),
    From: brief.from,
    To: brief.to,
    Caller: brief.from,
    Called: brief.to,
    CallStatus: inbound ? 'ringing' : 'in-progress',
    Direction: inbound ? 'inbound' : 'outbound-api',
    ApiVersion: '2010-04-01',
  })
}

/** What a stream says about itself first. */
export interface Introduction {
  readonly streamSid: string
  readonly callSid: string
  readonly accountSid: string
  readonly parameters: Readonly<Record<string, string>>
}

/** What the bot's own markup asked for goes before what we tell. */
export function introduction(config: Config, brief: Brief, { facts = {} }: SocketTarget): Introduction {
  const { variables, greeting, call, from, to, direction } = brief
  const own = Object.entries(facts).filter(([name]) => name.startsWith(parameterFact))
  return {
    streamSid: facts[streamFact] ?? sid('MZ', call),
    callSid: callSid(brief),
    accountSid: accountSid(config),
    parameters: {
      ...{ call, from, to, direction },
      ...(greeting && { greeting: fill(greeting, variables) }),
      ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value ?? '')])),
      ...Object.fromEntries(own.map(([name, value]) => [name.slice(parameterFact.length), value])),
    },
  }
}

function callSid({ call }: Brief): string {
  return sid('CA', call)
}

function accountSid(config: Config): string {
  return config.accountSid || sid('AC', 'offhook')
}

/** Bots check the shape of ids: two letters and 32 hexadecimal digits. The same of the same every time. */
function sid(kind: 'AC' | 'CA' | 'MZ', of: string): string {
  return kind + createHash('sha256').update(`${kind}:${of}`).digest('hex').slice(0, 32)
}
