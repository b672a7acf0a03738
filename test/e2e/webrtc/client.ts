/** A caller without a browser: werift's other end, for what no browser would do. */
import { RTCPeerConnection, type RTCDataChannel } from 'werift'
import type { Scope } from '../../../src/lib/scope.ts'
import { until } from '../until.ts'

export interface Caller {
  readonly pc: RTCPeerConnection
  readonly channel: RTCDataChannel
  readonly sdp: string
  /** Takes the answer; resolves once media flows. */
  connect(answer: string): Promise<void>
}

/** An offer as a browser would make it, from a peer that lives as long as the scope. */
export async function makeCaller(scope: Scope, channelOptions: object = {}): Promise<Caller> {
  const pc = new RTCPeerConnection({ iceAdditionalHostAddresses: ['127.0.0.1'], iceUseIpv6: false })
  scope.defer(() => pc.close())
  pc.addTransceiver('audio', { direction: 'sendrecv' })
  const channel = pc.createDataChannel('chat', channelOptions)
  await pc.setLocalDescription(await pc.createOffer())
  const { sdp } = pc.localDescription!
  return {
    ...{ pc, channel, sdp },
    async connect(answer) {
      await pc.setRemoteDescription({ type: 'answer', sdp: answer })
      await until('a connection', () => pc.connectionState === 'connected')
      await until('an open channel', () => channel.readyState === 'open')
    },
  }
}
