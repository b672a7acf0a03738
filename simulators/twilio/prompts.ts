/** Verbs that only make sound or wait: `<Say>`, `<Play>`, `<Pause>`. */
import { keypad, tone } from '../sound/tones.ts'
import { readWav, toTelephone } from '../sound/wav.ts'
import { WireFailure } from '../wire.ts'
import type { SimulatedCall } from './call.ts'
import { complain } from './callbacks.ts'
import type { Element } from './markup.ts'
import { playTo, resolve, seconds, sendKeys, type Context } from './steps.ts'

export async function prompt(context: Context, verb: Element): Promise<'next'> {
  if (verb.name === 'Pause') await context.call.world.clock.sleep(seconds(verb.attributes.length, 1), context.signal)
  else await playAll(context, verb)
  return 'next'
}

async function playAll(context: Context, verb: Element): Promise<void> {
  const sound = verb.name === 'Say' ? await spoken(context.call, verb.text) : await playable(context, verb)
  if (!sound) return
  // `loop="0"` means for ever; a thousand times is what Twilio does then.
  const times = verb.attributes.loop === '0' ? 1000 : Number(verb.attributes.loop ?? 1)
  for (let turn = 0; turn < times; turn++) await playTo(context.call, sound, context.signal)
}

/** Without a voice: a tone of 620 Hz, 60 ms a letter. */
async function spoken(call: SimulatedCall, text: string): Promise<Int16Array | undefined> {
  if (!text) return undefined
  return call.world.speak ? call.world.speak(text) : tone(620, Math.max(200, text.length * 60))
}

async function playable(context: Context, verb: Element): Promise<Int16Array | undefined> {
  const { call } = context
  const { digits } = verb.attributes
  if (digits) {
    sendKeys(call, digits)
    return keypad(digits)
  }
  const url = resolve(verb.text, context.base)
  const limits = { connect: 5000, read: 15_000, total: 15_000 }
  const request = { method: 'GET', url, headers: {}, limits, maxBytes: 40 << 20, signal: call.scope.signal }
  try {
    const reply = await call.world.wire.request(request)
    if (reply.status === 200) return toTelephone(readWav(reply.body))
    complain(call, 11200, `Got HTTP ${reply.status} response to <Play>`, url)
  } catch (error) {
    if (error instanceof WireFailure) complain(call, 11200, `<Play>: ${error.message}`, url)
    else complain(call, 12300, `<Play>: ${String(error)}`, url)
  }
  return undefined
}
