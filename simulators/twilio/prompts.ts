/** Verbs that only make sound or wait: `<Say>`, `<Play>`, `<Pause>`. */
import { fetchClip, playTo, spoken } from '../carrier/steps.ts'
import { complain } from '../carrier/world.ts'
import { keypad } from '../sound/tones.ts'
import type { Element } from './markup.ts'
import { resolve, seconds, type Context } from './steps.ts'

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

async function playable(context: Context, verb: Element): Promise<Int16Array | undefined> {
  const { call } = context
  const { digits } = verb.attributes
  if (digits) {
    call.sendKeys(digits)
    return keypad(digits)
  }
  const url = resolve(verb.text, context.base)
  const clip = await fetchClip(call, url)
  if (clip.ok) return clip.sound
  const what = clip.what === 'status' ? `${clip.why} to <Play>` : `<Play>: ${clip.why}`
  complain(call, clip.what === 'format' ? 12300 : 11200, what, url)
  return undefined
}
