/** What a simulated caller does, as a list that is put in order, checked, and sent. */
import type { Schemas } from '../../lib/api.ts'
import type { Clip } from '../../sound/clip.ts'

export type Act = { readonly id: number } & (
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'sound'; readonly clip: Clip }
  | { readonly type: 'keys'; readonly digits: string }
  | { readonly type: 'pause'; readonly seconds: string }
)

/** An id that no act of the list has. */
export function nextId(acts: readonly Act[]): number {
  return Math.max(0, ...acts.map(({ id }) => id)) + 1
}

/** One act goes to another place; the others keep their order. */
export function moved(acts: readonly Act[], id: number, to: number): readonly Act[] {
  const act = acts.find((one) => one.id === id)
  if (!act) return acts
  const others = acts.filter((one) => one.id !== id)
  const at = Math.max(0, Math.min(others.length, to))
  return [...others.slice(0, at), act, ...others.slice(at)]
}

const longestText = 2_000
const longestPause = 60

/** What is wrong with an act, in a sentence. */
export function faultOf(act: Act): string | undefined {
  switch (act.type) {
    case 'say':
      if (act.text.trim() === '') return 'Write what the caller says, or remove this line.'
      return act.text.length > longestText ? `At most ${longestText} characters at a time.` : undefined
    case 'keys':
      return /^[0-9A-D*#]{1,64}$/.test(act.digits) ? undefined : 'Only 0–9, A–D, * and # are keys; at most 64.'
    case 'pause': {
      const seconds = Number(act.seconds)
      const fine = act.seconds.trim() !== '' && seconds >= 0 && seconds <= longestPause
      return fine ? undefined : `Seconds from 0 to ${longestPause}.`
    }
    case 'sound':
      return undefined
    default:
      return act satisfies never
  }
}

/** As the API takes it. */
export function scriptOf(acts: readonly Act[]): Schemas['Act'][] {
  return acts.map((act) => {
    switch (act.type) {
      case 'say':
        return { say: act.text.trim() }
      case 'sound':
        return { audio: act.clip.base64 }
      case 'keys':
        return { digits: act.digits }
      case 'pause':
        return { pauseMs: Math.round(Number(act.seconds) * 1000) }
      default:
        return act satisfies never
    }
  })
}

/** An act in a few words, for whoever cannot see its place. */
export function nameOf(act: Act): string {
  switch (act.type) {
    case 'say':
      return act.text.trim() === '' ? 'empty words' : `“${act.text.trim().slice(0, 40)}”`
    case 'sound':
      return act.clip.name
    case 'keys':
      return `keys ${act.digits}`
    case 'pause':
      return `pause of ${act.seconds} s`
    default:
      return act satisfies never
  }
}
