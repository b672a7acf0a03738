import { describe, expect, test } from 'vitest'
import { diagnose, microphoneTrouble, type Facts } from './diagnosis.ts'

const well: Facts = {
  phase: 'talking',
  microphone: undefined,
  ice: 'connected',
  candidates: ['host'],
  turn: false,
  sinceAnswer: 20_000,
  channelOpen: true,
  muted: false,
  microphonePeak: -20,
  recently: { sent: 250, received: 250, lost: 0 },
  agentSpeakingFor: 0,
  heardPeak: -20,
  playbackBlocked: false,
}
const found = (facts: Partial<Facts>) => diagnose({ ...well, ...facts }).map(({ id }) => id)

describe('a microphone that cannot be had', () => {
  const named = (name: string, message = '') => Object.assign(new Error(message), { name })
  test.each([
    [named('NotAllowedError', 'Permission denied'), 'denied'],
    [named('NotAllowedError', 'Permission dismissed'), 'dismissed'],
    [named('NotAllowedError', 'Permission denied by system'), 'denied-by-system'],
    [named('NotFoundError'), 'none'],
    [named('OverconstrainedError'), 'none'],
    [named('NotReadableError'), 'busy'],
    [named('TypeError'), 'unknown'],
    ['no error at all', 'unknown'],
  ])('%s', (error, trouble) => {
    expect(microphoneTrouble(error, true, true)).toBe(trouble)
  })
  test('an insecure page comes first, whatever the browser says', () => {
    expect(microphoneTrouble(named('NotAllowedError'), false, false)).toBe('insecure')
    expect(microphoneTrouble(undefined, true, false)).toBe('unsupported')
  })
  test('it is the only finding', () => {
    expect(found({ microphone: 'denied', ice: 'failed', playbackBlocked: true })).toEqual(['microphone-denied'])
  })
})

describe('the network', () => {
  test.each<[string, Partial<Facts>, readonly string[]]>([
    ['all well', {}, []],
    ['failed without TURN', { ice: 'failed' }, ['ice-no-turn']],
    ['failed without any address', { ice: 'failed', candidates: [] }, ['ice-no-candidates']],
    ['failed though TURN gave an address', { ice: 'failed', turn: true, candidates: ['relay'] }, ['ice-failed']],
    ['TURN gave none', { ice: 'failed', turn: true, candidates: ['host'] }, ['ice-turn-unreachable']],
    ['checking for too long', { phase: 'connecting', ice: 'checking', sinceAnswer: 8_001 }, ['ice-no-turn']],
    ['checking', { phase: 'connecting', ice: 'checking', sinceAnswer: 7_000, channelOpen: false }, []],
    ['no channel', { phase: 'connecting', channelOpen: false, sinceAnswer: 10_001 }, ['channel-closed']],
    ['calling back', { phase: 'reconnecting', ice: 'new', sinceAnswer: undefined }, ['reconnecting']],
  ])('%s', (_name, facts, expected) => {
    expect(found(facts)).toEqual(expected)
  })
})

describe('the sound', () => {
  test.each<[string, Partial<Facts>, readonly string[]]>([
    ['nothing arrives', { recently: { sent: 250, received: 0, lost: 0 } }, ['nothing-arrives']],
    ['nothing leaves', { recently: { sent: 0, received: 250, lost: 0 } }, ['nothing-leaves']],
    ['nothing leaves because it is muted', { muted: true, recently: { sent: 0, received: 250, lost: 0 } }, []],
    ['a dead microphone', { microphonePeak: -100 }, ['microphone-silent']],
    ['a dead microphone that is muted', { microphonePeak: -100, muted: true }, []],
    ['not listened long enough', { microphonePeak: undefined, recently: undefined }, []],
    ['the agent speaks silence', { agentSpeakingFor: 2_000, heardPeak: -90 }, ['agent-unheard']],
    ['playback is blocked', { playbackBlocked: true }, ['playback-blocked']],
    ['a tenth is lost', { recently: { sent: 250, received: 225, lost: 25 } }, ['lossy']],
    ['one packet of few is lost', { recently: { sent: 20, received: 18, lost: 2 } }, []],
  ])('%s', (_name, facts, expected) => {
    expect(found(facts)).toEqual(expected)
  })
  test('the share that is lost is in the sentence', () => {
    expect(diagnose({ ...well, recently: { sent: 250, received: 225, lost: 25 } })[0]?.title).toMatch(/^10 %/)
  })
})
