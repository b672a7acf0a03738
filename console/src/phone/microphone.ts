/** Microphones and loudspeakers of this browser: opened, listed, followed as they come and go. */
import { microphoneTrouble, type MicrophoneTrouble } from './diagnosis.ts'

export interface Device {
  readonly id: string
  readonly label: string
}

export interface Devices {
  readonly microphones: readonly Device[]
  readonly speakers: readonly Device[]
}

export const noDevices: Devices = { microphones: [], speakers: [] }

export type Opened =
  | { readonly ok: true; readonly stream: MediaStream; readonly track: MediaStreamTrack }
  | { readonly ok: false; readonly trouble: MicrophoneTrouble }

/** Echo cancelling is on: without it the agent interrupts itself through the loudspeaker. */
export async function openMicrophone(device?: string): Promise<Opened> {
  const supported = 'RTCPeerConnection' in globalThis && navigator.mediaDevices !== undefined
  if (!supported) return { ok: false, trouble: microphoneTrouble(undefined, isSecureContext, supported) }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        ...(device === undefined || device === '' ? {} : { deviceId: { exact: device } }),
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
      },
    })
    const track = stream.getAudioTracks()[0]
    return track ? { ok: true, stream, track } : { ok: false, trouble: 'none' }
  } catch (error) {
    return { ok: false, trouble: microphoneTrouble(error, isSecureContext, supported) }
  }
}

/** Names are hidden until a microphone was allowed once: then they are numbered. */
async function listDevices(): Promise<Devices> {
  if (navigator.mediaDevices === undefined) return noDevices
  const all = await navigator.mediaDevices.enumerateDevices()
  const of = (kind: MediaDeviceKind, word: string) =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map((device, index) => ({ id: device.deviceId, label: device.label || `${word} ${index + 1}` }))
  return { microphones: of('audioinput', 'Microphone'), speakers: of('audiooutput', 'Loudspeaker') }
}

/** Calls back now and whenever something is plugged in or out. */
export function watchDevices(listener: (devices: Devices) => void): Disposable {
  const look = () => void listDevices().then(listener)
  navigator.mediaDevices?.addEventListener('devicechange', look)
  look()
  return { [Symbol.dispose]: () => navigator.mediaDevices?.removeEventListener('devicechange', look) }
}
