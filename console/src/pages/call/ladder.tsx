/** The SIP messages of a call as a ladder: the peer and Offhook as two uprights, an arrow for each message, its text on demand. */
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { cx } from '../../lib/classes.ts'
import type { Tone } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { MessageBody } from './body.tsx'
import { placesOf, type Rung } from './rungs.ts'
import { Moment } from './moment.tsx'

const inks: Readonly<Record<Tone, string>> = {
  neutral: 'text-ink-3',
  accent: 'text-accent',
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
}

/** From one upright to the other. */
const lane = 'mx-3 sm:mx-10'

export function Ladder({ rungs, zero }: { readonly rungs: readonly Rung[]; readonly zero: number }) {
  const places = placesOf(rungs)
  return (
    <>
      <div className="flex gap-3 border-b border-line px-4 py-2.5 text-xs sm:px-5" aria-hidden>
        <span className="w-14 shrink-0" />
        <span className={cx('flex min-w-0 flex-1 items-baseline justify-between gap-4', lane)}>
          <span className="min-w-0">
            <span className="font-medium text-caller">Peer</span>
            <span className="block truncate font-mono text-2xs text-ink-3">
              {places.length === 1 ? places[0] : `${places.length} addresses`}
            </span>
          </span>
          <span className="text-right">
            <span className="font-medium text-agent">Offhook</span>
            <span className="block text-2xs text-ink-3">this gateway</span>
          </span>
        </span>
        <span className="w-4 shrink-0" />
      </div>
      <ol aria-label="SIP ladder" className="py-1">
        {rungs.map((rung) => (
          <Step key={rung.message.id} rung={rung} zero={zero} placed={places.length > 1} />
        ))}
      </ol>
    </>
  )
}

interface StepProps {
  readonly rung: Rung
  readonly zero: number
  /** The peer's address is told with each. */
  readonly placed: boolean
}

function Step({ rung, zero, placed }: StepProps) {
  const [open, setOpen] = useState(false)
  const { message, label, place } = rung
  return (
    <li className="[contain-intrinsic-height:2.75rem] [content-visibility:auto]">
      <div className="flex items-stretch gap-3 px-4 text-sm sm:px-5">
        <span className="flex w-14 shrink-0 items-center">
          <Moment at={message.at - zero} label={label} />
        </span>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="group flex min-w-0 flex-1 items-stretch gap-3 rounded-md text-left hover:bg-hover"
        >
          <span className={cx('block min-w-0 flex-1 border-x border-line-strong py-1.5', lane)}>
            <Words rung={rung} />
            <Arrow rung={rung} />
            <span className="sr-only">{message.direction === 'in' ? 'from the peer' : 'to the peer'}</span>
            <span
              className={placed ? 'block truncate px-2 pt-0.5 text-center font-mono text-2xs text-ink-3' : 'sr-only'}
            >
              {place}
            </span>
          </span>
          <ChevronRight
            className={cx('size-4 shrink-0 self-center text-ink-3 transition-transform', open && 'rotate-90')}
            aria-hidden
          />
        </button>
      </div>
      {open && <MessageBody text={message.body} />}
    </li>
  )
}

function Words({ rung: { label, answers, describes, repeated, tone } }: { readonly rung: Rung }) {
  return (
    <span className="flex items-center justify-center gap-2 px-2 leading-4">
      <span className={cx('truncate font-mono text-xs font-medium', repeated ? 'text-ink-3' : inks[tone])}>
        {label}
      </span>
      {answers !== undefined && <span className="sr-only font-mono text-2xs text-ink-3 sm:not-sr-only">{answers}</span>}
      {describes && <Badge>SDP</Badge>}
      {repeated && <Badge tone="warn">again</Badge>}
    </span>
  )
}

/** From upright to upright; broken where it was said before. */
function Arrow({ rung: { message, repeated, tone } }: { readonly rung: Rung }) {
  const incoming = message.direction === 'in'
  return (
    <span className={cx('relative mt-1 block h-2', repeated ? 'text-ink-3' : inks[tone])} aria-hidden>
      <span className={cx('absolute inset-x-0 top-1/2 border-t border-current', repeated && 'border-dashed')} />
      <svg
        viewBox="0 0 8 8"
        className={cx(
          'absolute top-1/2 size-2 -translate-y-[calc(50%-0.5px)]',
          incoming ? 'right-0' : 'left-0 rotate-180',
        )}
      >
        <path d="M0 0 L8 4 L0 8 Z" fill="currentColor" />
      </svg>
    </span>
  )
}
