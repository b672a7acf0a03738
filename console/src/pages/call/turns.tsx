/** How long each answer took and where the time went: one stacked bar for each turn, all on one scale. */
import { Timer } from 'lucide-react'
import { cx } from '../../lib/classes.ts'
import { span } from '../../lib/format.ts'
import { EmptyState } from '../../ui/states.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'
import { Moment } from './moment.tsx'
import { stagesOf, totalOf, type Stage } from './stages.ts'
import type { Story, Turn } from './story.ts'
import { TurnTable } from './turn-table.tsx'

export const stageLooks: Readonly<Record<Stage['name'], string>> = {
  endOfTurn: 'bg-ink-3/35',
  transcript: 'bg-caller',
  firstToken: 'bg-warn',
  firstAudio: 'bg-agent',
  firstSent: 'bg-good',
  firstAudible: 'bg-ink-3/70',
}

export function Turns({ story: { turns } }: { readonly story: Story }) {
  if (turns.length === 0)
    return (
      <EmptyState icon={<Timer />} title="No turn was measured">
        Turns are measured from the end of the caller’s speech to the agent’s first sound.
      </EmptyState>
    )
  const totals = turns.flatMap(({ timings }) => totalOf(timings) ?? [])
  const longest = Math.max(...turns.flatMap(({ timings }) => Object.values(timings)), 1)
  return (
    <div className="flex flex-col gap-5 p-4 sm:p-5">
      <div className="flex flex-wrap gap-x-10 gap-y-3">
        <Figure label="Turns" value={String(turns.length)} />
        <Figure label="Median answer" value={spanOr(median(totals))} />
        <Figure label="Slowest answer" value={spanOr(totals.length > 0 ? Math.max(...totals) : undefined)} />
      </div>
      <Legend turns={turns} />
      <ol className="flex flex-col gap-2.5">
        {turns.map((turn) => (
          <TurnRow key={`${turn.turn}-${turn.at}`} turn={turn} longest={longest} />
        ))}
      </ol>
      <TurnTable turns={turns} />
      <p className="text-xs text-ink-3">
        Measured on the carrier’s side of this gateway, from the end of the caller’s speech as the voice detector dates
        it, to the first sound that can be heard in what was sent. The parts add up to the silence between.
      </p>
    </div>
  )
}

function Figure({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div>
      <p className="text-xs text-ink-3">{label}</p>
      <p className="text-lg font-semibold tabular-nums">{value}</p>
    </div>
  )
}

function Legend({ turns }: { readonly turns: readonly Turn[] }) {
  const seen = new Map(turns.flatMap(({ timings }) => stagesOf(timings).map((stage) => [stage.name, stage] as const)))
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1.5 text-xs text-ink-2">
      {[...seen.values()].map(({ name, label, about }) => (
        <li key={name} title={about} className="flex items-center gap-1.5">
          <span className={cx('size-2.5 rounded-xs', stageLooks[name])} aria-hidden />
          {label}
        </li>
      ))}
    </ul>
  )
}

function TurnRow({ turn: { turn, at, timings }, longest }: { readonly turn: Turn; readonly longest: number }) {
  const total = totalOf(timings)
  return (
    <li className="grid grid-cols-[2rem_1fr_4rem] items-center gap-3 sm:grid-cols-[2rem_3.5rem_1fr_4rem]">
      <span className="text-sm font-medium tabular-nums">{turn}</span>
      <span className="hidden sm:block">
        <Moment at={at - (total ?? 0)} label={`turn ${turn}`} />
      </span>
      <Tooltip text={wordsOf(timings)}>
        <button type="button" aria-label={`Turn ${turn}: ${wordsOf(timings)}`} className="rounded-sm">
          <TimingsBar timings={timings} longest={longest} />
        </button>
      </Tooltip>
      <span className="text-right text-sm tabular-nums">{spanOr(total)}</span>
    </li>
  )
}

/** Also shown small where one turn stands alone. */
export function TimingsBar({ timings, longest }: { readonly timings: Turn['timings']; readonly longest: number }) {
  const stages = stagesOf(timings)
  return (
    <div role="img" aria-label={wordsOf(timings)} className="flex h-4 overflow-hidden rounded-sm bg-sunken">
      {stages.map(({ name, label, took }) => (
        <span
          key={name}
          title={`${label}: ${span(took)}`}
          style={{ width: `${(took / longest) * 100}%` }}
          className={cx('border-r border-surface last:border-0', stageLooks[name])}
        />
      ))}
    </div>
  )
}

function wordsOf(timings: Turn['timings']): string {
  return stagesOf(timings)
    .map(({ label, took }) => `${label} ${span(took)}`)
    .join(', ')
}

function spanOr(ms: number | undefined): string {
  return ms === undefined ? '–' : span(ms)
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]
}
