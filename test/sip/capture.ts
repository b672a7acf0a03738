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
  /** Ends it and reads it through. `sip`: ports where SIP was spoken, which nobody could guess. */
  read(sip: readonly number[]): Promise<Captured>
}

export interface Captured {
  readonly sip: number
  readonly rtp: number
  /** What a dissector could not read, or warned of: one line a packet. */
  readonly faults: readonly string[]
}

/** Undefined where nobody may capture, and the test that wants it may be skipped. */
export async function startCapture(scope: Scope): Promise<Capture | undefined> {
  if (!existsSync('/usr/bin/tshark')) return absent('tshark', 'apt-get install tshark')
  const folder = await mkdtemp(join(tmpdir(), 'offhook-capture-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'lo.pcap')
  // Many calls make many packets: a third of a gigabyte is more than any test sends.
  const dumpcap = start(scope, 'dumpcap', [
    '-q',
    '-i',
    'lo',
    '-f',
    'udp or tcp',
    '-P',
    '-w',
    file,
    '-a',
    'filesize:300000',
  ])
  try {
    await ready(dumpcap, 'dumpcap', () => stat(file))
  } catch (error) {
    return absent('the right to capture on lo', String(error))
  }
  return {
    async read(ports) {
      await realClock.sleep(300) // what was sent last is on its way into the file
      await dumpcap.end('SIGINT')
      return dissect(file, ports)
    },
  }
}

/** Of a capture file, whoever wrote it. */
export async function dissect(file: string, ports: readonly number[]): Promise<Captured> {
  const decode = ports.flatMap((port) => ['-d', `udp.port==${port},sip`, '-d', `tcp.port==${port},sip`])
  const tshark = (filter: string, fields: readonly string[]) =>
    run('tshark', ['-r', file, ...decode, '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])], {
      env: { PATH: '/usr/bin:/bin', HOME: tmpdir() },
      // Told of itself (running as root), not of packets.
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  const kinds = (await tshark('sip or rtp', ['_ws.col.Protocol'])).split('\n')
  const bad = await tshark(`(sip or rtp or rtcp or sdp) and (_ws.malformed or _ws.expert.severity >= ${warning})`, [
    'frame.number',
    '_ws.expert.message',
    '_ws.col.Info',
  ])
  return {
    sip: kinds.filter((kind) => kind.startsWith('SIP')).length,
    rtp: kinds.filter((kind) => kind.startsWith('RTP')).length,
    faults: bad.split('\n').filter((line) => line.trim() !== ''),
  }
}

/** PI_WARN of Wireshark's epan/proto.h; errors and malformed packets are above it. */
const warning = 0x00600000
