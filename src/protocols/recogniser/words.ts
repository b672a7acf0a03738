/** The text of a turn as it is told, for vendors whose pieces are to be put together as they are. */
import type { RecogniserEvent } from '../../spec/speech.ts'

/** What is said until now; nothing for silence. */
export function soFar(text: string): readonly RecogniserEvent[] {
  return told(text, false)
}

/** All that was said; nothing for silence. */
export function inAll(text: string): readonly RecogniserEvent[] {
  return told(text, true)
}

function told(text: string, final: boolean): readonly RecogniserEvent[] {
  const said = text.trim().replaceAll(/\s+/g, ' ')
  return said ? [{ type: 'text', text: said, final }] : []
}
