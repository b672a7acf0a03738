/** Opus calls without a browser: peers that send what was encoded beforehand, so that only the gateway's work is measured. */
import { RTCPeerConnection, RtpHeader, RtpPacket, useOPUS } from 'werift'
import { realClock } from '../src/lib/clock.ts'
import type { Scope } from '../src/lib/scope.ts'
import { openCodec } from '../src/media/codecs/open.ts'
import { sines } from '../src/media/tones.ts'

export interface Called {
  readonly url: string
  readonly key: string
  readonly agent: string
}

export interface Calls {
  /** Packets that came back since the last time it was asked. */
  returned(): number
}

/** `count` calls to the echo, each sending every 20 ms until the scope closes. */
export async function openCalls(scope: Scope, gateway: Called, count: number): Promise<Calls> {
  const packets = await speechlike()
  const peers: RTCPeerConnection[] = []
  let returned = 0
  for (let at = 0; at < count; at++) {
    const pc = await dial(gateway)
    scope.defer(() => pc.close())
    pc.getTransceivers()[0]!.receiver.track.onReceiveRtp.subscribe(() => void returned++)
    peers.push(pc)
  }
  let tick = 0
  let next = realClock.monotonic()
  const timer = setInterval(() => {
    for (; next <= realClock.monotonic(); next += 20, tick++) for (const pc of peers) send(pc, packets, tick)
  }, 5)
  scope.defer(() => clearInterval(timer))
  return {
    returned() {
      const count = returned
      returned = 0
      return count
    },
  }
}

async function dial({ url, key, agent }: Called): Promise<RTCPeerConnection> {
  const pc = new RTCPeerConnection({
    codecs: { audio: [useOPUS()] },
    iceAdditionalHostAddresses: ['127.0.0.1'],
    iceUseIpv6: false,
  })
  pc.addTransceiver('audio', { direction: 'sendrecv' })
  await pc.setLocalDescription(await pc.createOffer())
  const reply = await fetch(`${url}/api/offer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sdp: pc.localDescription!.sdp, type: 'offer', requestData: { agent } }),
  })
  const answer = (await reply.json()) as { readonly sdp: string } // as the API answers
  if (!reply.ok) throw new Error(`the gateway refused an offer: ${JSON.stringify(answer)}`)
  await pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp })
  while (pc.connectionState !== 'connected') await realClock.sleep(20)
  return pc
}

function send(pc: RTCPeerConnection, packets: readonly Uint8Array[], tick: number): void {
  const { sender } = pc.getTransceivers()[0]!
  const header = new RtpHeader({
    payloadType: sender.codec?.payloadType ?? 96,
    sequenceNumber: tick & 0xffff,
    timestamp: (tick * 960) >>> 0,
  })
  void sender.sendRtp(new RtpPacket(header, Buffer.from(packets[tick % packets.length]!)))
}

/** Five seconds of harmonics that come and go like syllables. */
async function speechlike(): Promise<readonly Uint8Array[]> {
  const rate = 48_000
  using codec = await openCodec({ encoding: 'opus', rate, frameMs: 20 })
  const parts = Array.from({ length: 10 }, (_, at) => ({ frequency: 130 * (at + 1), level: -18 - 2 * at }))
  const sound = sines(parts, { rate, ms: 5000 }).map((sample, at) => sample * Math.max(0, Math.sin((at / rate) * 18)))
  return Array.from({ length: 250 }, (_, at) => codec.encode(sound.subarray(at * 960, (at + 1) * 960)))
}
