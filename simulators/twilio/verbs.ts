/** One verb of TwiML after the other: which function performs it, and whether it makes Twilio pick up. */
import { connectStream, startStream } from './connect.ts'
import { dial } from './dial.ts'
import { gather, record } from './listen.ts'
import type { Element } from './markup.ts'
import { prompt } from './prompts.ts'
import { startRecording } from './recordings.ts'
import { jump, recordingPlan, type Context, type Outcome } from './steps.ts'

/** Does this verb make Twilio pick up? A pause at the very beginning lets it ring on. */
export function answers(verb: Element, position: number): boolean {
  if (verb.name === 'Redirect' || (verb.name === 'Pause' && position === 0)) return false
  return !(verb.name === 'Dial' && verb.attributes.answerOnBridge === 'true')
}

export async function perform(context: Context, verb: Element): Promise<Outcome> {
  switch (verb.name) {
    case 'Say':
    case 'Play':
    case 'Pause':
      return prompt(context, verb)
    case 'Connect':
      return connectStream(context, verb)
    case 'Start':
      return start(context, verb.children[0]!)
    case 'Stop':
      return stop(context, verb.children[0]!)
    case 'Dial':
      return dial(context, verb)
    case 'Gather':
      return gather(context, verb)
    case 'Record':
      return record(context, verb)
    case 'Redirect':
      return jump(context, verb.text, verb.attributes.method, [])
    default: // Hangup, and a Reject after the call was answered
      context.call.end('completed', `<${verb.name}>`)
      return 'over'
  }
}

function start(context: Context, noun: Element): Outcome {
  if (noun.name === 'Stream') startStream(context, noun)
  else startRecording(context.call, recordingPlan(context, noun, noun.attributes.channels === 'dual' ? 2 : 1))
  return 'next'
}

async function stop(context: Context, noun: Element): Promise<Outcome> {
  await context.call.streams.find(({ plan, open }) => plan.name === noun.attributes.name && open)?.stop()
  return 'next'
}
