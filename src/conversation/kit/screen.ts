/** Holds what an agent is about to say against the rules of its user. */
import type { Verdict } from '../../spec/agent.ts'
import type { About } from './http-tool.ts'
import type { Rule } from './rules.ts'
import { Terms } from './terms.ts'
import { askServer, type UsersServer } from './users-server.ts'

export interface Screen {
  /** For one reply: nothing is remembered of another. */
  begin(): Reading
}

export interface Reading {
  /** Words as they come, cut anywhere. */
  read(piece: string): Verdict | undefined
  /** No words follow. */
  end(): Verdict | undefined
  /** A whole sentence, asked of the user's servers, where there are any. Never rejects. */
  readonly check?: (sentence: string, signal: AbortSignal) => Promise<Verdict | undefined>
}

/** Undefined where nothing is forbidden. */
export function openScreen(rules: readonly Rule[], about: About, server: UsersServer): Screen | undefined {
  if (rules.length === 0) return undefined
  const terms = rules.filter(({ type }) => type === 'terms')
  const checks = rules.filter(({ type }) => type === 'check')
  let asked = 0
  const ask = async (sentence: string, signal: AbortSignal) => {
    const ids = checks.map((rule) => [rule, `${about.call}.check-${++asked}`] as const)
    const bound = { ...server, signal: AbortSignal.any([server.signal, signal]) }
    // Asked at once; of several that forbid it the first counts.
    const allowed = await Promise.all(ids.map(([rule, id]) => isAllowed(rule, { id, sentence, about }, bound)))
    return checks.find((_, index) => !allowed[index])
  }
  return {
    begin() {
      const open = new Terms(terms)
      return {
        read: (piece) => verdictOf(open.read(piece)),
        end: () => verdictOf(open.end()),
        ...(checks.length > 0 && { check: async (...of) => verdictOf(await ask(...of)) }),
      }
    },
  }
}

function verdictOf(rule: Rule | undefined): Verdict | undefined {
  if (!rule) return undefined
  const { name, message, after, to } = rule
  return { rule: name, instead: message, after, ...(after === 'transfer' && { to }) }
}

interface Asked {
  readonly id: string
  readonly sentence: string
  readonly about: About
}

/** Only `{"allow": true}` and `{"allow": false}` are answers. */
async function isAllowed(rule: Rule, { id, sentence, about }: Asked, server: UsersServer): Promise<boolean> {
  const { name, url, headers, timeout, onFailure } = rule
  const { call, direction, from, to, variables, metadata } = about
  const body = JSON.stringify({
    ...{ check: name, id, text: sentence.trim(), variables },
    call: { id: call, direction, from, to, metadata },
  })
  const answer = await askServer(server, { method: 'POST', ...{ url, headers, id, body, timeout }, repeatable: false })
  const value = answer.ok && typeof answer.value === 'object' && answer.value !== null ? answer.value : {}
  const allow: unknown = 'allow' in value ? value.allow : undefined
  return typeof allow === 'boolean' ? allow : onFailure === 'allow'
}
