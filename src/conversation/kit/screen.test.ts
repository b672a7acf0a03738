import { describe, expect, test } from 'vitest'
import type { AgentEvent } from '../../spec/agent.ts'
import type { HttpRequest, HttpResponse } from '../../spec/http.ts'
import { readAlong } from './listen-in.ts'
import { guardrails } from './rules.ts'
import { openScreen } from './screen.ts'

const about = { call: 'call_1', direction: 'inbound', from: '+1', to: '+2', variables: {}, metadata: {} } as const
const money = { name: 'money', type: 'terms', terms: ['refund'], message: 'Ask my colleague.' } as const
const check = { name: 'check', type: 'check', url: 'https://check.example/', message: 'Not that.' } as const

type Answer = string | Error | Promise<string>

function screen(rules: readonly object[], answer: (text: string) => Answer = () => '{"allow":true}') {
  const requests: HttpRequest[] = []
  const request = async (asked: HttpRequest): Promise<HttpResponse> => {
    requests.push(asked)
    const text = await answer((JSON.parse(String(asked.body)) as { text: string }).text)
    if (text instanceof Error) throw text
    return { status: 200, headers: {}, body: Buffer.from(text) }
  }
  const { signal } = new AbortController()
  const server = { request, now: () => 0, secret: '', signal }
  return { screen: openScreen(guardrails.parse(rules), about, server)!, requests, signal }
}

describe('a screen', () => {
  test('is none where there are no rules', () => {
    expect(
      openScreen([], about, {
        request: () => Promise.reject(new Error()),
        now: () => 0,
        secret: '',
        signal: new AbortController().signal,
      }),
    ).toBeUndefined()
  })

  test('says what to say instead, and what follows', () => {
    const { screen: open } = screen([{ ...money, after: 'transfer', to: '+15550100009' }])
    expect(open.begin().read('A refund, ')).toEqual({
      rule: 'money',
      instead: 'Ask my colleague.',
      after: 'transfer',
      to: '+15550100009',
    })
  })

  test('remembers nothing of another reply', () => {
    const { screen: open } = screen([money])
    open.begin().read('a ref')
    expect(open.begin().read('und now ')).toBeUndefined()
  })

  test.each<[string, Answer, 'allow' | 'block', boolean]>([
    ['allows', '{"allow":true}', 'block', true],
    ['forbids', '{"allow":false}', 'allow', false],
    ['fails, and then all is allowed', new Error('gone'), 'allow', true],
    ['fails, and then nothing is allowed', new Error('gone'), 'block', false],
    ['answers something else', '"yes"', 'block', false],
    ['answers broken JSON', '{"allow"', 'allow', true],
  ])('asks the user’s server, which %s', async (_, answer, onFailure, allowed) => {
    const { screen: open, requests, signal } = screen([{ ...check, onFailure }], () => answer)
    const verdict = await open.begin().check!('Hello Ada. ', signal)
    expect(verdict?.rule).toBe(allowed ? undefined : 'check')
    expect(JSON.parse(String(requests[0]!.body))).toMatchObject({
      check: 'check',
      text: 'Hello Ada.',
      call: { id: 'call_1' },
    })
    expect(requests[0]).toMatchObject({
      method: 'POST',
      url: 'https://check.example/',
      timeout: 1000,
      repeatable: false,
    })
  })
})

describe('reading along', () => {
  function along(rules: readonly object[], answer?: (text: string) => Answer) {
    const { screen: open, requests } = screen(rules, answer)
    const events: AgentEvent[] = []
    const emit = readAlong(open, (event) => void events.push(event))
    const say = (reply: string, ...deltas: readonly string[]) => {
      emit({ type: 'reply-started', reply })
      for (const delta of deltas) emit({ type: 'reply-text', reply, delta })
    }
    return { emit, say, events, requests, blocked: () => events.filter(({ type }) => type === 'blocked') }
  }

  test('tells at once, once a reply, and passes everything on', () => {
    const { say, events, blocked } = along([money])
    say('r1', 'A ref', 'und! ', 'A refund! ')
    expect(blocked()).toEqual([
      { type: 'blocked', said: false, rule: 'money', instead: 'Ask my colleague.', after: 'go-on' },
    ])
    expect(events.findIndex(({ type }) => type === 'blocked')).toBe(3)
    say('r2', 'A refund! ')
    expect(blocked()).toHaveLength(2)
  })

  test('looks at the last word when the reply ends', () => {
    const { emit, say, blocked } = along([money])
    say('r1', 'your refund')
    expect(blocked()).toEqual([])
    emit({ type: 'reply-ended', reply: 'r1' })
    expect(blocked()).toHaveLength(1)
  })

  test('asks the user’s server for each sentence', async () => {
    const { emit, say, blocked, requests } = along([check], (text) => `{"allow":${String(!text.includes('bad'))}}`)
    say('r1', 'Good. This is ', 'bad. And ', 'more')
    emit({ type: 'reply-ended', reply: 'r1' })
    await new Promise(setImmediate)
    expect(requests.map(({ body }) => (JSON.parse(String(body)) as { text: string }).text)).toEqual([
      'Good.',
      'This is bad.',
      'And more',
    ])
    expect(blocked()).toHaveLength(1)
  })
})

describe('rules', () => {
  const faults = (rules: readonly object[]) =>
    guardrails
      .safeParse(rules)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join('; ')

  test.each<[string, object, RegExp]>([
    ['without words', { name: 'a', type: 'terms' }, /0\.terms/],
    ['of a pattern that may take long', { name: 'a', type: 'terms', pattern: '(a+)+b' }, /0\.pattern/],
    ['whose message breaks it', { ...money, message: 'No refund here' }, /0\.message/],
    ['of a check without a server', { name: 'a', type: 'check' }, /0\.url/],
    ['that transfers to nobody', { ...money, after: 'transfer' }, /0\.to/],
  ])('%s are refused when saved', (_, rule, fault) => {
    expect(faults([rule])).toMatch(fault)
  })

  test('of one name are refused', () => {
    expect(faults([money, money])).toMatch(/1\.name/)
  })
})
