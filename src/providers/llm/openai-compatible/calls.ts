/** Puts tool calls together from their fragments. */
import { parseJson } from '../../../lib/json.ts'
import type { Ids } from '../../../lib/ids.ts'
import { isFields } from '../../../protocols/json-media/fields.ts'
import { callArguments } from '../../../protocols/vendor/arguments.ts'
import type { ToolCall } from '../../../spec/speech.ts'

interface Draft {
  readonly index: number
  id: string | undefined
  name: string
  text: string
  given: Readonly<Record<string, unknown>> | undefined
}

export class CallDrafts {
  readonly #drafts: Draft[] = []

  /** `position`: where the fragment stands in its chunk, for servers that give no index. */
  add(fragment: unknown, position: number): void {
    if (!isFields(fragment)) return
    const part = isFields(fragment['function']) ? fragment['function'] : {}
    const index = typeof fragment['index'] === 'number' ? fragment['index'] : position
    const id = typeof fragment['id'] === 'string' && fragment['id'] ? fragment['id'] : undefined
    const name = typeof part['name'] === 'string' ? part['name'] : ''
    const draft = this.#draft(index, id, name)
    draft.id ??= id
    draft.name ||= name
    if (typeof part['arguments'] === 'string') draft.text += part['arguments']
    else if (isFields(part['arguments'])) draft.given = part['arguments']
  }

  finish(ids: Ids): readonly ToolCall[] {
    const named = this.#drafts.filter((draft) => draft.name !== '')
    return named.map((draft) => ({
      id: draft.id ?? ids.id('tool'),
      name: draft.name,
      ...(draft.given ? { arguments: draft.given } : callArguments(draft.name, draft.text)),
    }))
  }

  /** Some servers number every call 0: another id, or a name after complete arguments, begins another call. */
  #draft(index: number, id: string | undefined, name: string): Draft {
    const last = this.#drafts.findLast((draft) => draft.index === index)
    const other = id !== undefined && last?.id !== undefined && id !== last.id
    const again = id === undefined && name !== '' && last !== undefined && isComplete(last)
    if (last && !other && !again) return last
    const draft = { index, id, name: '', text: '', given: undefined }
    this.#drafts.push(draft)
    return draft
  }
}

function isComplete(draft: Draft): boolean {
  if (draft.given) return true
  try {
    return isFields(parseJson(draft.text))
  } catch {
    // Not all there yet: that is the question asked.
    return false
  }
}
