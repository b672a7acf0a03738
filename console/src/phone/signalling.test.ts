import { expect, test } from 'vitest'
import { OfferRefused, sendCandidates, sendOffer } from './signalling.ts'

function server(status: number, body: unknown) {
  const asked: { url: string; method: string; headers: Record<string, string>; body: unknown }[] = []
  const answer: typeof fetch = async (url, init) => {
    asked.push({
      url: String(url),
      method: init?.method ?? '',
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: JSON.parse(String(init?.body)),
    })
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
  }
  return { asked, signalling: { endpoint: '/api/offer', token: 'secret', fetch: answer } }
}

test('the first offer names no connection, the answer names one', async () => {
  const { asked, signalling } = server(200, { sdp: 'v=0', type: 'answer', pc_id: 'pc-1', call: 'cal_1' })
  expect(await sendOffer(signalling, { sdp: 'offer' })).toEqual({ sdp: 'v=0', pc: 'pc-1', call: 'cal_1' })
  expect(asked).toMatchObject([
    {
      url: '/api/offer',
      method: 'POST',
      headers: { authorization: 'Bearer secret' },
      body: { sdp: 'offer', type: 'offer', pc_id: null, restart_pc: false },
    },
  ])
})

test('a restart names the connection it replaces', async () => {
  const { asked, signalling } = server(200, { sdp: 'v=0', pc_id: 'pc-2' })
  await sendOffer(signalling, { sdp: 'offer', pc: 'pc-1', restart: true })
  expect(asked[0]?.body).toMatchObject({ pc_id: 'pc-1', restart_pc: true })
})

test('a refusal carries the gateway’s sentence', async () => {
  const { signalling } = server(403, { error: { code: 'x', message: 'This grant was used.' } })
  const refused = await sendOffer(signalling, { sdp: 'offer' }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(OfferRefused)
  expect(refused).toMatchObject({ status: 403, message: 'This grant was used.' })
})

test.each(['<html>', '{}', 'null'])('an answer without a description is refused: %s', async (body) => {
  const { signalling } = server(200, body)
  await expect(sendOffer(signalling, { sdp: 'offer' })).rejects.toThrow('no session description')
})

test('candidates go in the words of the protocol; the empty one ends them', async () => {
  const { asked, signalling } = server(200, { status: 'success' })
  await sendCandidates(signalling, 'pc-1', [
    { candidate: 'candidate:1 1 udp 1 10.0.0.7 5 typ host', sdpMid: '0', sdpMLineIndex: 0 },
    { candidate: '' },
  ])
  expect(asked[0]).toMatchObject({
    method: 'PATCH',
    body: {
      pc_id: 'pc-1',
      candidates: [
        { candidate: 'candidate:1 1 udp 1 10.0.0.7 5 typ host', sdp_mid: '0', sdp_mline_index: 0 },
        { candidate: '', sdp_mid: null, sdp_mline_index: null },
      ],
    },
  })
})
