/** The actions of an NCCO. */
import { join } from '../carrier/join.ts'
import { KeyReader } from '../carrier/keys.ts'
import { liveStream } from '../carrier/live.ts'
import { isRecord } from '../carrier/rest.ts'
import { fetchClip, playTo, spoken } from '../carrier/steps.ts'
import { MediaStream } from '../carrier/stream.ts'
import { complain } from '../carrier/world.ts'
import { legFields, send } from './events.ts'
import { vonageFraming } from './frames.ts'
import { bearerOf } from './jwt.ts'
import { newLeg } from './legs.ts'
import { nccoOf, type Action } from './ncco.ts'
import { startRecording } from './recordings.ts'
import { digitsOf, targetsOf, uuid, type Page, type Target, type VonageCall } from './world.ts'

/** What the action leads to, if not to the next one. */
export async function perform(call: VonageCall, action: Action, signal: AbortSignal): Promise<Page | undefined> {
  switch (action.action) {
    case 'connect':
      return connect(call, action, signal)
    case 'record':
      startRecording(call, action, eventTarget(action))
      return undefined
    case 'talk': {
      call.answer()
      const sound = await spoken(call, String(action['text']))
      if (sound) for (let turn = timesOf(action); turn > 0; turn--) await playTo(call, sound, signal)
      return undefined
    }
    case 'stream': {
      call.answer()
      const clip = await fetchClip(call, String((action['streamUrl'] as readonly unknown[])[0])) // its check was passed
      if (!clip.ok) complain(call, 0, `stream: ${clip.why}`)
      if (clip.ok) for (let turn = timesOf(action); turn > 0; turn--) await playTo(call, clip.sound, signal)
      return undefined
    }
    case 'wait':
      call.answer()
      await call.world.clock.sleep(1000 * Number(action['timeout'] ?? 10), signal)
      return undefined
    case 'input':
      return input(call, action, signal)
    case 'notify': {
      const target = eventTarget(action)
      return target && answered(call, target, { payload: action['payload'] })
    }
    default:
      complain(call, 0, `${action.action} is not simulated`)
      return undefined
  }
}

/** Zero means for ever. */
function timesOf(action: Action): number {
  const loop = Number(action['loop'] ?? 1)
  return loop === 0 ? 1000 : loop
}

function eventTarget(action: Action): Target | undefined {
  const [url] = Array.isArray(action['eventUrl']) ? action['eventUrl'] : []
  return url === undefined ? undefined : { url: String(url), method: String(action['eventMethod'] ?? 'POST') }
}

/** Sends an event whose answer may be the next NCCO. */
async function answered(
  call: VonageCall,
  target: Target,
  fields: Readonly<Record<string, unknown>>,
): Promise<Page | undefined> {
  const { uuid: leg, conversation_uuid, from, to } = legFields(call)
  const timestamp = new Date(call.world.clock.now()).toISOString()
  const reply = await send(call, target, { from, to, uuid: leg, conversation_uuid, ...fields, timestamp })
  const text = reply && Buffer.from(reply.body).toString().trim()
  if (!text?.startsWith('[') || call.over) return undefined
  const ncco = nccoOf(call, text)
  return ncco && { type: 'ncco', ncco }
}

function connect(call: VonageCall, action: Action, signal: AbortSignal): Promise<Page | undefined> {
  const [endpoint] = action['endpoint'] as readonly Readonly<Record<string, unknown>>[] // its check was passed
  return endpoint!['type'] === 'websocket'
    ? connectSocket(call, action, { endpoint: endpoint!, signal })
    : connectPhone(call, action, { endpoint: endpoint!, signal })
}

interface Connecting {
  readonly endpoint: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
}

/** A leg of its own beside the phone's: its events name the socket's address. */
async function connectSocket(
  call: VonageCall,
  action: Action,
  { endpoint, signal }: Connecting,
): Promise<Page | undefined> {
  call.answer()
  const { events, vonage } = call.facts
  const target = eventTarget(action) ?? events ?? targetsOf(vonage.account.application).events
  const synchronous = action['eventType'] === 'synchronous'
  const leg = { uuid: uuid(vonage.ids), to: String(endpoint['uri']), direction: 'outbound' }
  const told = (status: string, more: Readonly<Record<string, unknown>> = {}) =>
    answered(call, target, { ...leg, status, ...more })
  const headers = isRecord(endpoint['headers']) ? endpoint['headers'] : {}
  const begun = { headers }
  void told('started', begun).catch(() => undefined) // the call may end before it was sent
  const open = () => openStream(call, endpoint, () => vonage.background(told('answered', begun)))
  const stream = await liveStream(call, open, signal)
  const how = await stream.ended
  const next = await told(
    how === 'failed' ? 'unanswered' : 'disconnected',
    how === 'failed' ? { detail: 'unavailable' } : begun,
  )
  return synchronous || how !== 'failed' ? next : undefined
}

function openStream(call: VonageCall, endpoint: Readonly<Record<string, unknown>>, opened: () => void): MediaStream {
  const { vonage } = call.facts
  const url = String(endpoint['uri'])
  const stream = new MediaStream({
    ...{ call, ref: uuid(vonage.ids), url, bidirectional: true, tracks: ['inbound'] },
    headers: { 'user-agent': 'Vonage', ...authorizationOf(call, endpoint['authorization']) },
    framing: vonageFraming({
      contentType: String(endpoint['content-type']),
      headers: isRecord(endpoint['headers']) ? endpoint['headers'] : {},
    }),
    told: {
      opened,
      troubled(_, trouble) {
        const why = 'why' in trouble ? trouble.why : trouble.type === 'failed' ? trouble.failure.type : trouble.type
        complain(call, 0, `socket: ${why}`, url)
      },
    },
  })
  stream.connect()
  return stream
}

function authorizationOf(call: VonageCall, wanted: unknown): Readonly<Record<string, string>> {
  if (!isRecord(wanted)) return {}
  if (wanted['type'] === 'vonage') return bearerOf(call.facts.vonage, '')
  return wanted['type'] === 'custom' ? { authorization: String(wanted['value']) } : {}
}

async function connectPhone(
  call: VonageCall,
  action: Action,
  { endpoint, signal }: Connecting,
): Promise<Page | undefined> {
  const { vonage, conversation, events } = call.facts
  const to = endpoint['type'] === 'sip' ? String(endpoint['uri']) : `+${digitsOf(String(endpoint['number']))}`
  const from = `+${digitsOf(String(action['from'] ?? call.to))}`
  const target = eventTarget(action) ?? events
  const synchronous = action['eventType'] === 'synchronous'
  const leg = newLeg(vonage, {
    direction: 'outbound-dial',
    from,
    to,
    parent: call,
    conversation,
    events: target,
    endAsked: synchronous && target !== undefined,
  })
  const result = await join(call, {
    legs: [leg],
    timeoutMs: 1000 * Number(action['timeout'] ?? 60),
    limitMs: 1000 * Number(action['limit'] ?? 7200),
    signal,
    ...(typeof endpoint['dtmfAnswer'] === 'string' ? { digitsFor: () => String(endpoint['dtmfAnswer']) } : {}),
  })
  if (!synchronous || !target) return undefined
  const words = {
    completed: 'completed',
    busy: 'busy',
    'no-answer': 'timeout',
    failed: 'failed',
    canceled: 'cancelled',
  }
  return answered(call, target, { ...legFields(leg), status: words[result.status] })
}

async function input(call: VonageCall, action: Action, signal: AbortSignal): Promise<Page | undefined> {
  call.answer()
  const limits: Record<string, unknown> = isRecord(action['dtmf']) ? action['dtmf'] : {}
  const finish = limits['submitOnHash'] === true ? '#' : ''
  const keys = new KeyReader(call, { wanted: Number(limits['maxDigits'] ?? 4), finish })
  try {
    await keys.read(1000 * Number(limits['timeOut'] ?? 3), signal)
  } finally {
    keys.stop()
  }
  const target = eventTarget(action) ?? call.facts.events
  return target && answered(call, target, { dtmf: { digits: keys.digits, timed_out: !keys.done.aborted } })
}
