/** Wireshark's eyes (Debian: tshark) on what passed over loopback: how much of it was SIP and RTP, and what of it was malformed. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realClock } from '../../src/lib/clock.ts'
import type { Scope } from '../../src/lib/scope.ts'
import { absent } from '../services/need.ts'
import { ready, run, start } from '../services/process.ts'

export interface Capture {
  /** Ends it and reads it through. */
  read(): Promise<Captured>
}

export interface Captured {
  readonly sip: number
  readonly rtp: number
  /** What a dissector could not read, or warned of: one line a packet. */
  readonly faults: readonly string[]
}

export interface CapturePlan {
  /** Where SIP is spoken. */
  readonly sip: readonly number[]
  /** Where sound goes: others on this machine have theirs. */
  readonly rtp: { readonly first: number; readonly last: number }
}

/** Undefined where nobody may capture, and the test that wants it may be skipped. */
export async function startCapture(scope: Scope, { sip, rtp }: CapturePlan): Promise<Capture | undefined> {
  if (!existsSync('/usr/bin/tshark')) return absent('tshark', 'apt-get install tshark')
  const folder = await mkdtemp(join(tmpdir(), 'offhook-capture-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'lo.pcap')
  const filter = [...sip.map((port) => `port ${port}`), `udp portrange ${rtp.first}-${rtp.last}`].join(' or ')
  // Many calls make many packets: a third of a gigabyte is more than any test sends.
  const dumpcap = start(scope, 'dumpcap', ['-q', '-i', 'lo', '-f', filter, '-P', '-w', file, '-a', 'filesize:300000'])
  try {
    await ready(dumpcap, 'dumpcap', () => stat(file))
  } catch (error) {
    return absent('the right to capture on lo', String(error))
  }
  return {
    async read() {
      await realClock.sleep(300) // what was sent last is on its way into the file
      await dumpcap.end('SIGINT')
      return dissect(file, sip)
    },
  }
}

/** Of a capture file, whoever wrote it. `ports`: where SIP was spoken, which nobody could guess. */
async function dissect(file: string, ports: readonly number[]): Promise<Captured> {
  const decode = ports.flatMap((port) => ['-d', `udp.port==${port},sip`, '-d', `tcp.port==${port},sip`])
  const fields = ['_ws.col.Protocol', 'frame.number', '_ws.malformed', '_ws.expert.severity', '_ws.expert.message']
  const args = ['-r', file, ...decode, '-Y', 'sip or rtp or rtcp', '-T', 'fields']
  const text = await run('tshark', [...args, ...fields.flatMap((field) => ['-e', field])], {
    env: { PATH: '/usr/bin:/bin', HOME: tmpdir() },
    // Told of itself (running as root), not of packets.
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const packets = text.split('\n').map((line) => line.split('\t'))
  const faulty = ([, , malformed, severities = '']: readonly string[]) =>
    malformed || severities.split(',').some((severity) => Number(severity) >= warning)
  return {
    sip: packets.filter(([protocol]) => protocol?.startsWith('SIP')).length,
    rtp: packets.filter(([protocol]) => protocol?.startsWith('RTP')).length,
    faults: packets.filter(faulty).map((packet) => packet.join(' ')),
  }
}

/** PI_WARN of Wireshark's epan/proto.h; errors and malformed packets are above it. */
const warning = 0x00600000
