/** Talk now, connect a carrier, point a number, see the call. */
import { AudioLines, Cable, Check, Hash, ListTree, type LucideIcon } from 'lucide-react'
import { cx } from '../../lib/classes.ts'
import { ButtonLink } from '../../ui/button.tsx'
import type { Step, StepName } from './steps.ts'

interface Words {
  readonly icon: LucideIcon
  readonly title: string
  readonly text: string
  readonly action: string
  readonly to: '/phone' | '/connections/new' | '/numbers/new' | '/calls'
}

const words: Readonly<Record<StepName, Words>> = {
  talk: {
    icon: AudioLines,
    title: 'Talk to an agent, right here',
    text: 'A receptionist that understands speech runs on this machine. It needs your microphone, and nothing else.',
    action: 'Start talking',
    to: '/phone',
  },
  connect: {
    icon: Cable,
    title: 'Connect a carrier',
    text: 'Your account at a carrier brings real phone lines. A checklist tells where its credentials are.',
    action: 'Connect a carrier',
    to: '/connections/new',
  },
  number: {
    icon: Hash,
    title: 'Point a number here',
    text: 'Take a number you have or buy one, and choose the agent that answers it.',
    action: 'Add a number',
    to: '/numbers/new',
  },
  call: {
    icon: ListTree,
    title: 'Call it, and see the call',
    text: 'Every call is kept with its transcript, its sound, its timings, and what went over the wire.',
    action: 'See calls',
    to: '/calls',
  },
}

export function FirstSteps({ steps }: { readonly steps: readonly Step[] }) {
  const next = steps.findIndex(({ done }) => !done)
  return (
    <ol aria-label="First steps" className="overflow-hidden rounded-xl border border-line bg-surface">
      {steps.map((step, index) => (
        <StepRow key={step.name} step={step} index={index} current={index === next} />
      ))}
    </ol>
  )
}

interface StepRowProps {
  readonly step: Step
  readonly index: number
  readonly current: boolean
}

function StepRow({ step, index, current }: StepRowProps) {
  const { title, text, action, to, icon: Icon } = words[step.name]
  return (
    <li
      aria-current={current ? 'step' : undefined}
      className={cx(
        'flex flex-col gap-4 border-b border-line px-4 last:border-b-0 sm:flex-row sm:items-center sm:px-6',
        current ? 'bg-accent-soft/50 py-6 sm:py-8' : 'py-4',
      )}
    >
      <div className="flex min-w-0 flex-1 gap-4 sm:items-center">
        <Mark done={step.done} current={current} number={index + 1} />
        <div className="min-w-0">
          <h2 className={cx('font-semibold', current ? 'text-lg' : 'text-base', step.done && 'text-ink-2')}>
            {title}
            {step.done && <span className="sr-only">: done</span>}
          </h2>
          {!step.done && <p className="max-w-prose text-sm text-pretty text-ink-2">{text}</p>}
        </div>
      </div>
      <ButtonLink
        to={to}
        variant={current ? 'primary' : step.done ? 'ghost' : 'secondary'}
        size={current ? 'lg' : 'md'}
        icon={<Icon />}
        className={step.done ? 'max-sm:hidden' : 'max-sm:w-full'}
      >
        {step.done && step.name === 'talk' ? 'Talk again' : action}
      </ButtonLink>
    </li>
  )
}

function Mark({
  done,
  current,
  number,
}: {
  readonly done: boolean
  readonly current: boolean
  readonly number: number
}) {
  return (
    <span
      aria-hidden
      className={cx(
        'flex size-8 shrink-0 items-center justify-center rounded-full text-sm font-semibold tabular-nums',
        done ? 'bg-good-soft text-good' : current ? 'bg-accent text-on-accent' : 'border border-line-strong text-ink-3',
      )}
    >
      {done ? <Check className="size-4" /> : number}
    </span>
  )
}
