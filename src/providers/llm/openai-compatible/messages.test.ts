import { expect, test } from 'vitest'
import { toMessages } from './messages.ts'

const call = { id: 'c1', name: 'look_up', arguments: { day: 'friday' } }
const written = { id: 'c1', type: 'function', function: { name: 'look_up', arguments: '{"day":"friday"}' } }

test('a history becomes messages', () => {
  expect(
    toMessages([
      { role: 'system', text: 'Be brief.' },
      { role: 'agent', text: 'Hello.' },
      { role: 'caller', text: 'Friday?' },
      { role: 'agent', text: '', tools: [call] },
      { role: 'tool', id: 'c1', name: 'look_up', result: 'free' },
      { role: 'agent', text: 'It is free.' },
    ]),
  ).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'assistant', content: 'Hello.' },
    { role: 'user', content: 'Friday?' },
    { role: 'assistant', content: null, tool_calls: [written] },
    { role: 'tool', tool_call_id: 'c1', content: 'free' },
    { role: 'assistant', content: 'It is free.' },
  ])
})

test('every call is answered before anything else is said, and no answer lacks its call', () => {
  const roles = toMessages([
    { role: 'tool', id: 'lost', name: 'x', result: 'nobody asked' },
    { role: 'agent', text: 'One moment.', tools: [call, { ...call, id: 'c2' }] },
    { role: 'tool', id: 'c2', name: 'look_up', result: 'free' },
    { role: 'caller', text: 'Hello?' },
    { role: 'tool', id: 'c1', name: 'look_up', result: 'too late' },
  ])
  expect(roles.slice(1)).toEqual([
    { role: 'tool', tool_call_id: 'c1', content: 'cancelled' },
    { role: 'tool', tool_call_id: 'c2', content: 'free' },
    { role: 'user', content: 'Hello?' },
  ])
})

test('turns of the caller in a row become one; an agent of whom nothing was heard leaves none', () => {
  expect(
    toMessages([
      { role: 'caller', text: 'A table' },
      { role: 'agent', text: '' },
      { role: 'caller', text: 'for two' },
    ]),
  ).toEqual([{ role: 'user', content: 'A table\nfor two' }])
})
