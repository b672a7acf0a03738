/** Parts whose use is told under their own name, in the words of `PartUsage`: what they tell themselves, or what they were given. */
import type { Model, Recogniser, Speaker } from '../../spec/speech.ts'
import type { ListenerPart } from './listeners.ts'

export type Used = (usage: Readonly<Record<string, number>>) => void

export function countedModel(model: Model, used: Used): Model {
  return {
    async *reply(history, tools, signal) {
      for await (const event of model.reply(history, tools, signal)) {
        if (event.type === 'usage') used(event.usage)
        else yield event
      }
    },
    interrupted: (heard, heardMs) => model.interrupted?.(heard, heardMs),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}

/** A request per sentence: what is asked for is what is paid for, heard or not. */
export function countedSpeaker(speaker: Speaker, used: Used): Speaker {
  return {
    rate: speaker.rate,
    async *speak(text, signal) {
      let begun = false
      for await (const pcm of speaker.speak(text, signal)) {
        if (!begun) used({ characters: text.length })
        begun = true
        yield pcm
      }
    },
    [Symbol.asyncDispose]: () => speaker[Symbol.asyncDispose](),
  }
}

/** Whole utterances: each is paid for once it was understood. */
export function countedRecogniser(recogniser: Recogniser, used: Used): Recogniser {
  const { rate } = recogniser
  return {
    rate,
    async recognise(pcm, signal) {
      const text = await recogniser.recognise(pcm, signal)
      used({ audioMs: Math.round((pcm.length * 1000) / rate) })
      return text
    },
    [Symbol.asyncDispose]: () => recogniser[Symbol.asyncDispose](),
  }
}

export function countedListener(part: ListenerPart, used: Used): ListenerPart {
  return {
    listen: (tell) => part.listen((event) => (event.type === 'usage' ? used(event.usage) : tell(event))),
    [Symbol.asyncDispose]: () => part[Symbol.asyncDispose](),
  }
}
