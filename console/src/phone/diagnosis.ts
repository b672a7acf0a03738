/** Says in sentences what is wrong with a browser call, and what to do. Facts in, findings out. */
import type { Phase } from './conversation.ts'

export interface Finding {
  readonly id: string
  readonly level: 'problem' | 'warning'
  /** What is wrong. */
  readonly title: string
  /** What to do. */
  readonly advice: string
}

export type MicrophoneTrouble =
  | 'insecure'
  | 'unsupported'
  | 'denied'
  | 'dismissed'
  | 'denied-by-system'
  | 'none'
  | 'busy'
  | 'gone'
  | 'unknown'

export interface Facts {
  readonly phase: Phase
  readonly microphone: MicrophoneTrouble | undefined
  readonly ice: RTCIceConnectionState | undefined
  /** Of our own candidates, the kinds that were found. */
  readonly candidates: readonly string[]
  readonly turn: boolean
  /** ms since the offer was answered. */
  readonly sinceAnswer: number | undefined
  readonly channelOpen: boolean
  readonly muted: boolean
  /** The loudest moment of the microphone in the last seconds, dBFS; undefined while too little was heard. */
  readonly microphonePeak: number | undefined
  /** Packets of the last seconds; undefined while there is nothing to compare. */
  readonly recently: { readonly sent: number; readonly received: number; readonly lost: number } | undefined
  /** The agent is said to be speaking, and for how long, ms. */
  readonly agentSpeakingFor: number
  /** dBFS of what we hear in the same time. */
  readonly heardPeak: number | undefined
  /** The browser has not let us play. */
  readonly playbackBlocked: boolean
}

/** Quieter than this is no microphone that somebody speaks into; a muted one gives digital zero. */
const deadMicrophone = -70
const channelPatience = 10_000
const icePatience = 8_000

const microphones: Readonly<Record<MicrophoneTrouble, Omit<Finding, 'id' | 'level'>>> = {
  insecure: {
    title: 'The browser gives no microphone to a page without encryption.',
    advice: 'Open the console by https, or at http://localhost or http://127.0.0.1 on the machine it runs on.',
  },
  unsupported: {
    title: 'This browser cannot make calls.',
    advice: 'Use a current Chrome, Edge, Firefox or Safari.',
  },
  denied: {
    title: 'The browser was told not to give the microphone to this page.',
    advice: 'Click the lock or camera symbol beside the address, allow the microphone, then call again.',
  },
  dismissed: {
    title: 'The question for the microphone was closed without an answer.',
    advice: 'Call again and choose “Allow” when the browser asks.',
  },
  'denied-by-system': {
    title: 'The operating system keeps the microphone from the browser.',
    advice: 'Allow the browser in the system’s privacy settings under Microphone, then restart the browser.',
  },
  none: {
    title: 'No microphone was found.',
    advice: 'Plug one in or switch the headset on; it appears in the list by itself.',
  },
  busy: {
    title: 'The microphone is there but cannot be opened.',
    advice: 'Another program may hold it: close it, or choose another microphone.',
  },
  gone: {
    title: 'The microphone was unplugged during the call.',
    advice: 'Plug it in again or choose another one; the call goes on.',
  },
  unknown: {
    title: 'The microphone could not be opened.',
    advice: 'Choose another microphone, or restart the browser.',
  },
}

/** The sentence for a refused `getUserMedia`. */
export function microphoneTrouble(error: unknown, secure: boolean, supported: boolean): MicrophoneTrouble {
  if (!secure) return 'insecure'
  if (!supported) return 'unsupported'
  const name = error instanceof Error ? error.name : ''
  const message = error instanceof Error ? error.message.toLowerCase() : ''
  if (name === 'NotAllowedError' && message.includes('dismiss')) return 'dismissed'
  if (name === 'NotAllowedError' && message.includes('system')) return 'denied-by-system'
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none'
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy'
  return 'unknown'
}

export function microphoneFinding(trouble: MicrophoneTrouble): Finding {
  return { id: `microphone-${trouble}`, level: 'problem', ...microphones[trouble] }
}

/** Everything that is wrong now, the root cause first. */
export function diagnose(facts: Facts): readonly Finding[] {
  if (facts.microphone) return [microphoneFinding(facts.microphone)]
  const network = networkFinding(facts)
  if (network) return [network]
  if (facts.phase !== 'talking') return []
  return [soundBlocked(facts), oneWay(facts), silentMicrophone(facts), unheardAgent(facts), lossy(facts)].filter(
    (finding) => finding !== undefined,
  )
}

function networkFinding(facts: Facts): Finding | undefined {
  const { ice, sinceAnswer = 0 } = facts
  const stuck = (ice === 'new' || ice === 'checking') && sinceAnswer > icePatience
  if (ice === 'failed' || stuck) return unreachable(facts)
  if (facts.phase === 'ringing' || facts.phase === 'connecting')
    if (!facts.channelOpen && sinceAnswer > channelPatience)
      return {
        id: 'channel-closed',
        level: 'problem',
        title: 'The network path is there, but the line did not open within ten seconds.',
        advice:
          'A firewall may let only part of UDP through. Hang up and call again; see the gateway’s log if it stays.',
      }
  if (facts.phase === 'reconnecting')
    return {
      id: 'reconnecting',
      level: 'warning',
      title: 'The connection was lost; calling back.',
      advice: 'If it does not come back within a few seconds, check this computer’s network.',
    }
  return undefined
}

function unreachable({ turn, candidates }: Facts): Finding {
  const title = 'No network path to the gateway was found (ICE failed).'
  if (candidates.length === 0)
    return {
      id: 'ice-no-candidates',
      level: 'problem',
      title,
      advice: 'This browser offered no address at all: a policy or an extension may switch WebRTC off.',
    }
  if (!turn)
    return {
      id: 'ice-no-turn',
      level: 'problem',
      title,
      advice:
        'UDP between this browser and the gateway is blocked and no TURN server is set. Open the gateway’s UDP ports, set its public address, or add a TURN server to the browser line’s connection.',
    }
  return {
    id: candidates.includes('relay') ? 'ice-failed' : 'ice-turn-unreachable',
    level: 'problem',
    title,
    advice: candidates.includes('relay')
      ? 'Even by the TURN server the gateway was not reached: check that the TURN server may reach the gateway’s UDP ports.'
      : 'The TURN server gave no address: check its address, user name and credential in the browser line’s connection.',
  }
}

function soundBlocked({ playbackBlocked }: Facts): Finding | undefined {
  if (!playbackBlocked) return undefined
  return {
    id: 'playback-blocked',
    level: 'problem',
    title: 'The browser does not let this page play sound yet.',
    advice: 'Click anywhere on the page.',
  }
}

function oneWay({ recently, muted }: Facts): Finding | undefined {
  if (!recently) return undefined
  if (recently.received === 0 && recently.sent > 0)
    return {
      id: 'nothing-arrives',
      level: 'problem',
      title: 'You are heard, but no sound comes back (one-way audio).',
      advice: 'The way from the gateway to this browser is cut: check its public address setting and firewall.',
    }
  if (recently.sent === 0 && recently.received > 0 && !muted)
    return {
      id: 'nothing-leaves',
      level: 'problem',
      title: 'No sound leaves this browser (one-way audio).',
      advice: 'Choose another microphone, or hang up and call again.',
    }
  return undefined
}

function silentMicrophone({ muted, microphonePeak }: Facts): Finding | undefined {
  if (muted || microphonePeak === undefined || microphonePeak > deadMicrophone) return undefined
  return {
    id: 'microphone-silent',
    level: 'warning',
    title: 'Nothing comes from the microphone.',
    advice: 'It may be muted on the headset or in the system, or the wrong one is chosen.',
  }
}

function unheardAgent({ agentSpeakingFor, heardPeak }: Facts): Finding | undefined {
  if (agentSpeakingFor < 1_500 || heardPeak === undefined || heardPeak > deadMicrophone) return undefined
  return {
    id: 'agent-unheard',
    level: 'warning',
    title: 'The agent is speaking, but only silence arrives.',
    advice: 'The agent’s voice may have failed: look at this call’s timeline.',
  }
}

function lossy({ recently }: Facts): Finding | undefined {
  if (!recently || recently.received + recently.lost < 50) return undefined
  const share = recently.lost / (recently.received + recently.lost)
  if (share < 0.05) return undefined
  return {
    id: 'lossy',
    level: 'warning',
    title: `${Math.round(share * 100)} % of the sound is lost on the way.`,
    advice: 'Use a cable or come closer to the wireless access point.',
  }
}
