/** The phone's own buttons: round, large, each with its word below. */
import { Grid3x3, Hand, Mic, MicOff, Phone as PhoneIcon, PhoneOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from '../../lib/classes.ts'
import { isOver, type Conversation } from '../../phone/conversation.ts'

export interface PhoneButtonsProps {
  readonly conversation: Conversation
  readonly keypad: boolean
  readonly ready: boolean
  readonly onDial: () => void
  readonly onHangUp: () => void
  readonly onMute: () => void
  readonly onKeypad: () => void
  readonly onInterrupt: () => void
}

export function PhoneButtons({ conversation, keypad, ready, ...on }: PhoneButtonsProps) {
  const { phase, muted, speaking } = conversation
  if (isOver(conversation))
    return (
      <div className="flex justify-center">
        <Round look="call" label={phase === 'idle' ? 'Call' : 'Call again'} onClick={on.onDial} disabled={!ready}>
          <PhoneIcon />
        </Round>
      </div>
    )
  const talking = phase === 'talking'
  return (
    <div className="flex justify-center gap-3 sm:gap-5">
      <Round label={muted ? 'Unmute' : 'Mute'} pressed={muted} onClick={on.onMute} disabled={!talking}>
        {muted ? <MicOff /> : <Mic />}
      </Round>
      <Round label="Keypad" pressed={keypad} onClick={on.onKeypad} disabled={!talking}>
        <Grid3x3 />
      </Round>
      <Round label="Interrupt" onClick={on.onInterrupt} disabled={!talking || !speaking.agent}>
        <Hand />
      </Round>
      <Round look="end" label="Hang up" onClick={on.onHangUp}>
        <PhoneOff />
      </Round>
    </div>
  )
}

interface RoundProps {
  readonly label: string
  readonly look?: 'plain' | 'call' | 'end'
  readonly pressed?: boolean
  readonly disabled?: boolean
  readonly onClick: () => void
  readonly children: ReactNode
}

const looks = {
  plain:
    'size-13 border-line-strong bg-surface hover:bg-hover aria-pressed:border-ink aria-pressed:bg-ink aria-pressed:text-canvas',
  call: 'size-16 border-transparent bg-good text-canvas hover:opacity-90',
  end: 'size-13 border-transparent bg-bad text-canvas hover:opacity-90',
} as const

function Round({ label, look = 'plain', pressed, disabled = false, onClick, children }: RoundProps) {
  return (
    <span className="flex w-16 flex-col items-center gap-1.5">
      <button
        type="button"
        aria-label={label}
        aria-pressed={pressed}
        disabled={disabled}
        onClick={onClick}
        className={cx(
          'flex items-center justify-center rounded-full border transition-[background-color,opacity] disabled:opacity-40 [&_svg]:size-5',
          looks[look],
        )}
      >
        {children}
      </button>
      <span aria-hidden className="text-xs text-ink-2">
        {label}
      </span>
    </span>
  )
}
