/** What a running call is told to do. */
import { z } from 'zod'
import { command, play } from '../../calls/control.ts'
import { checkSound, fetchSound, largestSound } from '../../calls/sounds.ts'
import type { CallCommand, EngineCommand } from '../../spec/call.ts'
import { address } from '../address.ts'
import { actorOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { failure, identified } from '../schemas.ts'
import { findCall } from './call.ts'
import type { Routes } from './routes.ts'

const taken = z.object({ id: z.string().describe('Stands in the events that follow') }).meta({ id: 'Taken' })
const tags = ['Calls']

export function controlRoutes(routes: Routes, parts: ApiParts): void {
  hangupRoute(routes, parts)
  commandRoute(routes, parts, transfer)
  commandRoute(routes, parts, digits)
  commandRoute(routes, parts, record)
  playRoute(routes, parts)
}

/** One command with a body of its own. */
interface Control<T extends z.ZodObject> {
  readonly name: string
  readonly summary: string
  readonly body: T
  readonly command: (body: z.output<T>) => CallCommand
}

function control<T extends z.ZodObject>(made: Control<T>): Control<T> {
  return made
}

const transfer = control({
  name: 'transfer',
  summary: 'Blind transfer',
  body: z.strictObject({
    to: z.string().min(1).max(255),
    timeoutSeconds: z.number().int().min(5).max(600).optional(),
  }),
  command: ({ to, timeoutSeconds }) => ({
    type: 'transfer',
    to: address(to, 'to'),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  }),
})

const digits = control({
  name: 'digits',
  summary: 'Send digits',
  body: z.strictObject({
    digits: z.string().regex(/^[0-9A-D*#wW]{1,64}$/, 'only 0-9 A-D * # and w, W for pauses; at most 64'),
  }),
  command: (body) => ({ type: 'send-digits', digits: body.digits }),
})

const record = control({
  name: 'record',
  summary: "The carrier's own recording",
  body: z.strictObject({ action: z.enum(['start', 'stop', 'pause', 'resume']), recording: z.string().optional() }),
  command: ({ action, recording }) => ({
    type: 'record',
    action,
    ...(recording === undefined ? {} : { recording }),
  }),
})

function commandRoute<T extends z.ZodObject>(routes: Routes, parts: ApiParts, wanted: Control<T>): void {
  const { name, summary, body } = wanted
  routes.post(`/calls/:id/${name}`, {
    config: { scope: 'calls:write' },
    schema: { summary, tags, params: identified, body, response: { 202: taken, default: failure } },
    handler: async (request, reply) => {
      const call = await findCall(parts, request)
      const order = wanted.command(request.body as z.output<T>) // the validator made it so
      return reply.status(202).send(await command(parts.engine, call, order, actorOf(request)))
    },
  })
}

function hangupRoute(routes: Routes, parts: ApiParts): void {
  routes.post('/calls/:id/hangup', {
    config: { scope: 'calls:write' },
    schema: {
      summary: 'Hang up; an ended call is fine',
      tags,
      params: identified,
      response: { 202: taken, default: failure },
    },
    handler: async (request, reply) => {
      const call = await findCall(parts, request)
      return reply.status(202).send(await command(parts.engine, call, { type: 'hangup' }, actorOf(request)))
    },
  })
}

const playBody = z
  .strictObject({
    text: z.string().min(1).max(2_000).optional().describe("Said in the agent's voice"),
    audio: z.base64().optional().describe('A WAV file of up to 3 MB and two minutes, any rate'),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_048)
      .optional()
      .describe('Where such a file is'),
    interrupt: z.boolean().optional().describe('Stops what the agent is saying; else it is finished first'),
  })
  .refine(({ text, audio, url }) => [text, audio, url].filter((one) => one !== undefined).length === 1, {
    message: 'Give one of "text", "audio" and "url"',
  })

function playRoute(routes: Routes, parts: ApiParts): void {
  routes.post('/calls/:id/play', {
    config: { scope: 'calls:write' },
    // Base64 takes four characters for three bytes.
    bodyLimit: Math.ceil(largestSound * 1.4),
    schema: {
      summary: 'Play words or a sound into the call',
      description:
        'The caller may talk over it where they may talk over the agent. The event "play.ended" says how much of a sound was heard; of words, the transcript does.',
      tags,
      params: identified,
      body: playBody,
      response: { 202: taken, default: failure },
    },
    handler: async (request, reply) => {
      const call = await findCall(parts, request)
      const { text, audio, url, interrupt } = request.body
      const how = interrupt === undefined ? {} : { interrupt }
      const by = actorOf(request)
      if (text !== undefined)
        return reply.status(202).send(await play(parts.engine, call, { type: 'play', text, ...how }, { by }))
      const sound = url === undefined ? Buffer.from(audio ?? '', 'base64') : await fetchSound(parts.engine, url)
      const named = url === undefined ? {} : { url: withoutSecrets(url) }
      const wanted: EngineCommand = { type: 'play', ...checkSound(sound), ...named, ...how }
      return reply.status(202).send(await play(parts.engine, call, wanted, { sound, by }))
    },
  })
}

/** As it may stand in events: signed addresses carry their secret in the query, others before the host. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
