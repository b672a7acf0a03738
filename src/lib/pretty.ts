/** A JSON log line as people read it: time, level, message, then the fields; an error's stack below. */
import { isJsonObject, parseJson } from './json.ts'
import type { JsonValue } from './json.ts'

const colours: Readonly<Record<string, number>> = { debug: 90, info: 36, warn: 33, error: 31 }
const dim = 90

/** A line that is no JSON object passes as it is. */
export function prettyLine(line: string, colour: boolean): string {
  const entry = parseJson(line, { maxLength: Infinity })
  if (!isJsonObject(entry)) return line
  const { level, time, message, ...fields } = entry
  const stacks: string[] = []
  const words = Object.entries(fields).map(([name, value]) => `${paint(name, dim, colour)}=${word(value, stacks)}`)
  const label = String(level)
  const head = [
    paint(String(time).slice(11, 23), dim, colour),
    paint(label.toUpperCase().padEnd(5), colours[label] ?? dim, colour),
    printable(String(message)),
  ]
  return `${[...head, ...words].join(' ')}\n${stacks.map((stack) => `${stack}\n`).join('')}`
}

function paint(text: string, code: number, colour: boolean): string {
  return colour ? `\u001b[${code}m${text}\u001b[0m` : text
}

function word(value: JsonValue, stacks: string[]): string {
  if (typeof value === 'string') return /^[^\s"=\\\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value)
  if (isJsonObject(value) && 'stack' in value && 'message' in value) {
    const { stack, ...rest } = value
    stacks.push(
      String(stack)
        .split('\n')
        .map((frame) => `    ${printable(frame)}`)
        .join('\n'),
    )
    return JSON.stringify(rest)
  }
  return JSON.stringify(value)
}

/** Callers choose some of this text: it must not steer the terminal or forge a line. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1))
}
