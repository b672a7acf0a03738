/** Server-sent events from bytes: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */

export interface ServerEvent {
  /** `message` unless the server names another. */
  readonly type: string
  readonly data: string
  /** The last id seen: where to resume. */
  readonly id: string
}

export interface EventParser {
  /** Events that this piece of text completes. */
  push(text: string): readonly ServerEvent[]
}

export function eventParser(): EventParser {
  let rest = ''
  let began = false
  let returned = false
  let [type, id, data] = ['', '', [] as string[]]

  const take = (line: string): readonly ServerEvent[] => {
    if (line === '') {
      const made = data.length > 0 ? [{ type: type || 'message', data: data.join('\n'), id }] : []
      type = ''
      data = []
      return made
    }
    const colon = line.indexOf(':')
    if (colon === 0) return []
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') type = value
    else if (name === 'data') data.push(value)
    else if (name === 'id' && !value.includes('\0')) id = value
    return []
  }

  return {
    push(text) {
      // A line's end may have been cut in two: what follows a carriage return is no line of its own.
      const piece = returned && text.startsWith('\n') ? text.slice(1) : text
      if (text !== '') returned = piece.endsWith('\r')
      rest += began ? piece : piece.replace(/^\uFEFF/, '')
      began ||= text !== ''
      const lines = rest.split(/\r\n|\r|\n/)
      rest = lines.pop() ?? ''
      return lines.flatMap(take)
    },
  }
}
