/** baresip as a telephone of somebody else's make: calls an address, says a tone, keeps what it hears, and leaves after a while. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readWav, toTelephone, writeWav } from '../../simulators/index.ts'
import type { Scope } from '../../src/lib/scope.ts'
import { absent } from '../services/need.ts'
import { run } from '../services/process.ts'
import { namespacesAllowed, type Namespace } from './namespace.ts'

export interface BaresipOptions {
  /** What it calls: a SIP URI. Absent: it waits to be called, and answers. */
  readonly uri?: string
  /** Where it registers, `host:port`, as whom. */
  readonly account?: { readonly server: string; readonly username: string; readonly password: string }
  readonly codec: 'PCMU/8000/1' | 'PCMA/8000/1' | 'G722/16000/1' | 'opus/48000/2'
  readonly srtp?: boolean
  /** Seconds until it hangs up and ends. */
  readonly seconds: number
  /** Hz */
  readonly tone: number
  /** Whom it believes over TLS: a PEM file. */
  readonly ca?: string
  /** Where it runs. */
  readonly network: Namespace
}

export interface BaresipCall {
  /** 8 kHz. */
  readonly heard: Int16Array
  /** What it said of the call. */
  readonly log: string
}

/** False where tests may be skipped for want of it. */
export function baresipInstalled(): boolean {
  if (!existsSync('/usr/bin/baresip')) return absent('baresip', 'apt-get install baresip') !== undefined
  return namespacesAllowed()
}

/** It uses no loopback: it runs in a network of its own. */
export async function baresip(scope: Scope, options: BaresipOptions): Promise<BaresipCall> {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-baresip-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const rate = Number(options.codec.split('/')[1])
  await writeFile(join(folder, 'in.wav'), spoken(options.tone, rate, options.seconds * 1000))
  await writeFile(join(folder, 'config'), configOf(folder, options))
  await writeFile(join(folder, 'accounts'), accountOf(options))
  await writeFile(join(folder, 'contacts'), '')
  const orders = options.uri === undefined ? [] : ['-e', `/dial ${options.uri}`]
  const [command, ...inside] = [...options.network.inside, 'baresip']
  const log = await run(command, [...inside, '-f', folder, ...orders, '-t', `${options.seconds}`])
  const dump = (await readdir(folder)).find((name) => name.endsWith('-dec.wav'))
  return {
    heard: dump === undefined ? new Int16Array(0) : toTelephone(readWav(await readFile(join(folder, dump)))),
    log,
  }
}

function configOf(folder: string, { ca, network }: BaresipOptions): string {
  const modules = ['g711', 'g722', 'opus', 'aufile', 'aubridge', 'sndfile', 'srtp']
  return [
    'poll_method epoll',
    `sip_listen ${network.there}:0`,
    `net_interface ${network.name}`,
    ...(ca === undefined ? [] : [`sip_cafile ${ca}`]),
    'call_local_timeout 20',
    `audio_source aufile,${folder}/in.wav`,
    // Nobody listens: what is heard is kept by sndfile.
    'audio_player aubridge,nobody',
    `snd_path ${folder}`,
    'audio_jitter_buffer_delay 2-8',
    'module_path /usr/lib/baresip/modules',
    ...modules.map((name) => `module ${name}.so`),
    'module_tmp account.so',
    'module_app menu.so',
    '',
  ].join('\n')
}

function accountOf({ codec, srtp, account, network }: BaresipOptions): string {
  const encryption = srtp ? ';mediaenc=srtp-mand' : ''
  const sound = `audio_codecs=${codec}${encryption}`
  if (!account) return `<sip:baresip@${network.there}>;regint=0;${sound}\n`
  const { server, username, password } = account
  return `<sip:${username}@${server}>;auth_pass=${password};regint=60;answermode=auto;${sound}\n`
}

/** A tone at the codec's own rate, on both channels for Opus, which has two here. */
function spoken(hertz: number, rate: number, ms: number): Uint8Array {
  const samples = Math.round((rate * ms) / 1000)
  const pcm = Int16Array.from({ length: samples }, (_, at) => 8000 * Math.sin((2 * Math.PI * hertz * at) / rate))
  return writeWav({ rate, channels: rate === 48_000 ? [pcm, pcm] : [pcm] })
}
