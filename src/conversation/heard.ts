/** How much of a text was heard when only part of its sound was played. */

/** Text of a reply in the order it is spoken. */
export interface Piece {
  readonly text: string
  /** Where in the reply's sound the text begins, ms, when the agent knows. */
  readonly atMs?: number
}

export interface Sounded {
  readonly pieces: readonly Piece[]
  /** Sound of the reply written so far, ms. */
  readonly soundMs: number
  /** All of its sound has been written. */
  readonly ended: boolean
}

/** Pace of ordinary speech: what a letter takes while a sentence's whole length is still unknown. */
const letterMs = 60

/**
 * The words heard after `heardMs`. Pieces that know their time are exact; between two known times, and where none is
 * known, letters share the sound evenly. A word counts once all of it was heard.
 */
export function heardText(reply: Sounded, heardMs: number): string {
  const whole = reply.pieces.map((piece) => piece.text).join('')
  if (reply.ended && heardMs >= reply.soundMs) return whole.trim()
  let letters = 0
  for (const run of runsOf(reply)) {
    if (heardMs <= run.from) break
    const share = heardMs >= run.to ? 1 : (heardMs - run.from) / (run.to - run.from)
    letters += Math.floor(run.text.length * share)
    if (share < 1) break
  }
  // A word may go on in the next piece: it is held against the whole text.
  return wholeWords(whole, letters)
}

interface Run {
  text: string
  readonly from: number
  to: number
}

/** Pieces joined into stretches of text whose sound begins and ends at known times. */
function runsOf(reply: Sounded): readonly Run[] {
  const runs: Run[] = []
  for (const { text, atMs } of reply.pieces) {
    const last = runs.at(-1)
    if (last && atMs === undefined) {
      last.text += text
      continue
    }
    const from = last ? Math.max(atMs!, last.from) : (atMs ?? 0)
    if (last) last.to = from
    runs.push({ text, from, to: from })
  }
  const open = runs.at(-1)
  if (open) open.to = Math.max(reply.soundMs, reply.ended ? 0 : open.from + open.text.length * letterMs)
  return runs
}

/** The first `length` letters without a word cut in two. */
function wholeWords(text: string, length: number): string {
  const cut = text.slice(0, length)
  const next = text[length]
  if (next === undefined || /\s/.test(next)) return cut.trim()
  return cut.slice(0, cut.search(/\S*$/)).trim()
}
