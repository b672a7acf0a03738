/** A turn's timings as what each stage took, one after the other: what a stacked bar shows. */
import type { Timings } from '../../phone/conversation.ts'

export interface Stage {
  readonly name: 'endOfTurn' | 'transcript' | 'firstToken' | 'firstAudio' | 'firstSent' | 'firstAudible'
  readonly label: string
  /** What it waits for. */
  readonly about: string
  /** ms */
  readonly took: number
}

/** In the order they happen. */
export const order: readonly Omit<Stage, 'took'>[] = [
  { name: 'endOfTurn', label: 'End of turn', about: 'silence until the caller is taken to have finished' },
  { name: 'transcript', label: 'Transcript', about: 'speech to text' },
  { name: 'firstToken', label: 'First word', about: 'the model’s first word' },
  { name: 'firstAudio', label: 'First sound', about: 'the voice’s first sound' },
  { name: 'firstSent', label: 'Sent', about: 'on its way to the caller' },
  { name: 'firstAudible', label: 'Silence', about: 'the silence that the voice begins with' },
]

/** A stage that was over before the one before it took nothing. */
export function stagesOf(timings: Timings): readonly Stage[] {
  let reached = 0
  return order.flatMap(({ name, label, about }) => {
    const at = timings[name]
    if (at === undefined) return []
    const took = Math.max(0, at - reached)
    reached = Math.max(reached, at)
    return [{ name, label, about, took }]
  })
}

/** The silence that the caller heard, from the end of their speech to the first sound; undefined while it did not come to that. */
export function totalOf({ firstAudible, firstSent, firstAudio }: Timings): number | undefined {
  return firstAudible ?? firstSent ?? firstAudio
}
