/** Which microphone and loudspeaker, with a level that shows that the microphone hears. */
import { useCallback, useEffect, useState } from 'react'
import type { Phone } from '../../phone/call.ts'
import { noDevices, watchDevices, type Device } from '../../phone/microphone.ts'
import { moveWith } from '../../sound/meters.ts'
import { Select } from '../../ui/select.tsx'

const remembered = 'phone.microphone'

export interface DevicesProps {
  readonly phone: Phone
  readonly microphone: string
  readonly onMicrophone: (device: string) => void
}

/** The microphone of the last call, where the browser keeps such things. */
export function rememberedMicrophone(): string {
  try {
    return localStorage.getItem(remembered) ?? ''
  } catch {
    return '' // storage may be forbidden
  }
}

function remember(device: string): void {
  try {
    localStorage.setItem(remembered, device)
  } catch {
    // It then lasts until the page is closed.
  }
}

export function Devices({ phone, microphone, onMicrophone }: DevicesProps) {
  const [devices, setDevices] = useState(noDevices)
  const [speaker, setSpeaker] = useState('')
  useEffect(() => {
    const watching = watchDevices(setDevices)
    return () => watching[Symbol.dispose]()
  }, [])
  const choose = (device: string) => {
    remember(device)
    onMicrophone(device)
  }
  const speak = (device: string) => {
    setSpeaker(device)
    void phone.sounds.playThrough(device)
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-col gap-1.5">
        <Chosen label="Microphone" devices={devices.microphones} value={microphone} onChange={choose} />
        <MicrophoneLevel phone={phone} />
      </div>
      {devices.speakers.length > 1 && (
        <Chosen label="Loudspeaker" devices={devices.speakers} value={speaker} onChange={speak} />
      )}
    </div>
  )
}

interface ChosenProps {
  readonly label: string
  readonly devices: readonly Device[]
  readonly value: string
  readonly onChange: (device: string) => void
}

function Chosen({ label, devices, value, onChange }: ChosenProps) {
  const known = devices.some(({ id }) => id === value)
  const choices = devices.length === 0 ? [{ value: 'default', label: 'The system’s own' }] : devices.map(choiceOf)
  return (
    <Select label={label} choices={choices} value={known ? value : choices[0]?.value} onChange={onChange} size="sm" />
  )
}

function choiceOf({ id, label }: Device) {
  return { value: id, label }
}

function MicrophoneLevel({ phone }: { readonly phone: Phone }) {
  const place = useCallback(
    (element: HTMLElement | null) => (element ? moveWith(element, () => phone.sounds.level('caller')) : undefined),
    [phone],
  )
  return (
    <span aria-hidden className="block h-1 overflow-hidden rounded-full bg-sunken">
      <span ref={place} className="block size-full origin-left rounded-full bg-caller will-change-transform" />
    </span>
  )
}
