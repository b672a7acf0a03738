/** The sound of a call over a trunk: what its settings want, and whoever is to hear when it fails. */
import type { CodecName } from '../../../protocols/sdp/codecs.ts'
import type { ListenHost } from '../../../spec/listen.ts'
import { openMedia, type Media } from './media/media.ts'
import type { Ports } from './media/ports.ts'
import { listed } from '../../../lib/list.ts'
import type { Settings } from './settings.ts'

export interface SoundOptions {
  readonly host: Pick<ListenHost<Settings>, 'clock' | 'ids'>
  readonly ports: Ports
  readonly settings: Settings
  /** Our own address, and as the peer must see it. */
  readonly bind: string
  readonly advertised: string
  /** Nobody on the way reads the signalling (TLS): it may carry keys. */
  readonly secret: boolean
}

export interface Sound {
  readonly media: Media
  /** Where the signalling comes from: sound may come from there, whatever the descriptions say (NAT). */
  peer: string | undefined
  /** Nothing came for too long: a sentence. */
  onSilence: (why: string) => void
  /** The engine could not be given the sound any more: a sentence. */
  onFailure: (why: string) => void
}

/** Rejects with `media.unavailable` when there is no port left. */
export async function openSound({ host, ports, settings, bind, advertised, secret }: SoundOptions): Promise<Sound> {
  const { dtmf, mediaTimeout } = settings
  // Keys that everybody can read protect nothing (RFC 4568 §7.1.3). Who requires them all the same is warned, and obeyed.
  const srtp = settings.srtp === 'optional' && !secret ? 'off' : settings.srtp
  // The listeners come when the call is known.
  const sound: { -readonly [Key in keyof Omit<Sound, 'media'>]: Sound[Key] } = {
    peer: undefined,
    onSilence: () => undefined,
    onFailure: () => undefined,
  }
  const media = await openMedia({
    ...{ clock: host.clock, ids: host.ids, ports, bind, advertised, srtp },
    codecs: codecsOf(settings),
    events: dtmf === 'auto' || dtmf === 'rtp',
    tones: dtmf === 'auto' || dtmf === 'in-band',
    timeout: mediaTimeout === 0 ? Number.POSITIVE_INFINITY : mediaTimeout * 1000,
    allows: (address) => address === sound.peer,
    capture: settings.capture,
    on: {
      timedOut: (why) => sound.onSilence(why),
      failed: (error) =>
        sound.onFailure(
          `the sound was lost when its codec changed: ${error instanceof Error ? error.message : String(error)}`,
        ),
    },
  })
  return Object.assign(sound, { media })
}

function codecsOf({ codecs }: Settings): readonly CodecName[] {
  const names = listed(codecs.toLowerCase()).flatMap((name): readonly CodecName[] => {
    if (name === 'l16') return ['l16/16000', 'l16/8000']
    return name === 'pcmu' || name === 'pcma' || name === 'g722' || name === 'opus' ? [name] : []
  })
  return names.length > 0 ? [...new Set(names)] : ['pcmu', 'pcma']
}
