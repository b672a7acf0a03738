/** What users have played into a call: words, sounds, sounds from elsewhere, and what is refused. */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sine } from '../../../src/media/tones.ts'
import { writeWav } from '../../../src/media/wav.ts'
import { inCall, over, speech, stageFor, toneMs, type InCall, type Stage } from '../../conformance/live/stage.ts'
import { twilioLive } from '../twilio-line.ts'
import { until } from '../until.ts'

const sound = (ms: number, hertz = 500): Uint8Array =>
  writeWav({ rate: 24_000, channels: [sine(hertz, { rate: 24_000, ms })] })
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const server = createServer((request, response) => {
  if (request.url?.startsWith('/sound.wav')) response.end(sound(600))
  else response.writeHead(404).end()
})
let address = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has one while it listens
})
afterAll(() => void server.close())

describe.concurrent('play', () => {
  const stage = stageFor(twilioLive)

  test('a sound is heard at the line’s rate, and the events say so', async () => {
    const set = await stage()
    const { call, leg } = await inCall(set)
    const { id } = await play(set, call.id, { audio: base64(sound(600)) })
    await until('the sound', () => toneMs(leg.heard(), 500) >= 500)
    const ended = await playEnded(set, call.id, id)
    expect(ended).toMatchObject({ heardMs: 600, durationMs: 600, interrupted: false })
    const asked = await set.house.events(call.id)
    expect(asked.find(({ event }) => event.type === 'command.requested' && event['id'] === id)?.event).toMatchObject({
      command: { type: 'play', durationMs: 600 },
    })
    expect(JSON.stringify(asked)).not.toContain(base64(sound(600)).slice(0, 200))
    await hangUp(set, { call, leg })
  })

  test('a caller who speaks stops it, and the events say how far it was heard', async () => {
    const set = await stage()
    const { call, leg } = await inCall(set)
    const { id } = await play(set, call.id, { audio: base64(sound(6_000)) })
    await until('a second of it', () => toneMs(leg.heard(), 500) >= 1_000)
    await leg.phone.say(speech(900))
    const ended = await playEnded(set, call.id, id)
    expect(ended).toMatchObject({ durationMs: 6_000, interrupted: true })
    expect(Math.abs(Number(ended['heardMs']) - toneMs(leg.heard(), 500))).toBeLessThan(600)
    await hangUp(set, { call, leg })
  })

  test('it waits for the agent, or stops it', async () => {
    const set = await stage()
    const { call, leg, player } = await inCall(set)
    player.say(1_000, 700)
    const { id } = await play(set, call.id, { audio: base64(sound(400)) })
    await playEnded(set, call.id, id)
    expect(toneMs(leg.heard(), 700)).toBeGreaterThanOrEqual(900)
    const reply = player.say(8_000, 700)
    await play(set, call.id, { audio: base64(sound(400, 600)), interrupt: true })
    await until('the second sound', () => toneMs(leg.heard(), 600) >= 300)
    expect(player.orders).toContainEqual(expect.objectContaining({ type: 'interrupt', reply }))
    await hangUp(set, { call, leg })
  })

  test('a sound is fetched from where it is, for users and for agents; where it is not, the call goes on', async () => {
    const set = await stage()
    const { call, leg, player } = await inCall(set)
    const { id } = await play(set, call.id, { url: `${address}/sound.wav?key=hush` })
    await playEnded(set, call.id, id)
    expect(toneMs(leg.heard(), 500)).toBeGreaterThanOrEqual(500)
    player.play(`${address}/sound.wav?key=hush`)
    await until('the agent’s sound', () => toneMs(leg.heard(), 500) >= 1_000)
    player.play(`${address}/gone.wav?key=hush`)
    const failed = await until('its failure', async () =>
      (await set.house.events(call.id)).find(({ event }) => event.type === 'agent.failed'),
    )
    expect(failed.event).toMatchObject({ code: 'media.unavailable' })
    expect(JSON.stringify(await set.house.events(call.id))).not.toContain('hush')
    await hangUp(set, { call, leg })
  })

  test('what cannot be played is refused, and says why', async () => {
    const set = await stage()
    const { call, leg } = await inCall(set)
    const refusals = [
      [{ audio: base64(Buffer.from('ID3 this is an mp3')) }, 422, 'audio.malformed'],
      [{ url: `${address}/gone.wav` }, 502, 'media.unavailable'],
      [{ url: 'http://169.254.169.254/latest/meta-data' }, 422, 'address.blocked'],
      [{ url: 'file:///etc/passwd' }, 400, 'request.invalid'],
      [{ text: 'both', url: `${address}/sound.wav` }, 400, 'request.invalid'],
      [{}, 400, 'request.invalid'],
    ] as const
    for (const [body, status, code] of refusals) {
      const response = await set.house.request('POST', `/v1/calls/${call.id}/play`, body)
      const answer = (await response.json()) as { error?: { code: string } } // the API's failures have this form
      expect([JSON.stringify(body).slice(0, 60), response.status, answer.error?.code]).toEqual([
        JSON.stringify(body).slice(0, 60),
        status,
        code,
      ])
    }
    await hangUp(set, { call, leg })
    const late = await set.house.request('POST', `/v1/calls/${call.id}/play`, { text: 'hello' })
    expect(late.status).toBe(409)
  })
})

async function play({ house }: Stage, id: string, body: Readonly<Record<string, unknown>>): Promise<{ id: string }> {
  const response = await house.request('POST', `/v1/calls/${id}/play`, body)
  expect(response.status).toBe(202)
  return (await response.json()) as { id: string } // 202 has this form
}

async function playEnded({ house }: Stage, call: string, id: string): Promise<Readonly<Record<string, unknown>>> {
  return until('the end of the sound', async () => {
    const events = await house.events(call)
    return events.find(({ event }) => event.type === 'play.ended' && event['id'] === id)?.event
  })
}

async function hangUp({ house }: Stage, { call, leg }: Pick<InCall, 'call' | 'leg'>): Promise<void> {
  leg.hangup()
  await over(house, call.id)
}
