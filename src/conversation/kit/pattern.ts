/** Which regular expressions of users may run beside calls: those that can never take long. Pure. */
import { seen } from './terms.ts'

/** Steps of matching at worst that a pattern may take: some milliseconds. */
const most = 2e7

/** Why a pattern cannot be used; undefined when it can. */
export function patternFault(pattern: string): string | undefined {
  try {
    if (new RegExp(pattern, 'iu').test('')) return 'it matches everything, even nothing'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  if (/\(\?<?[=!]/.test(pattern)) return 'it looks ahead or behind, which is not allowed here'
  // Numbers and names of groups alike.
  if (/\\[1-9k]/.test(pattern.replaceAll('\\\\', ''))) return 'it refers back to a group, which is not allowed here'
  return costFault(pattern.replaceAll(/\\./gu, 'a').replaceAll(/\[[^\]]*\]/gu, 'a'))
}

/** Of a pattern whose classes and escapes are letters: nested repetition costs without bound, any other multiplies. */
function costFault(plain: string): string | undefined {
  const open: { repeats: boolean }[] = []
  let closed: { repeats: boolean } | undefined
  let cost = seen
  for (const [token] of plain.matchAll(/\(|\)|\||[*+?]\??|\{\d+(?:,\d*)?\}\??|[^]/gu)) {
    const times = timesOf(token)
    if (token === '(') open.push({ repeats: false })
    if (token === '|') for (const group of open) group.repeats = true
    if (times > 1) {
      if (closed?.repeats && times > 2) return 'it repeats a group that repeats, or that has alternatives'
      cost *= times
      for (const group of open) group.repeats = true
    }
    closed = token === ')' ? open.pop() : undefined
  }
  return cost > most ? 'it repeats too much: give its repetitions bounds, such as {0,5}' : undefined
}

/** In how many ways the thing before may repeat: 1 for what is no repetition, or an exact one. */
function timesOf(token: string): number {
  if (/^[*+]/.test(token)) return seen
  if (token.startsWith('?')) return 2
  const { least, most: upTo } = /^\{(?<least>\d+)(?<most>,\d*)?\}/.exec(token)?.groups ?? {}
  if (least === undefined || upTo === undefined) return 1
  return upTo === ',' ? seen : Math.min(seen, Number(upTo.slice(1)) - Number(least) + 1)
}
