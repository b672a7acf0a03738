/** How the line and the last answer did, in figures. */
import type { Conversation } from '../../phone/conversation.ts'
import type { Flow } from '../../phone/stats.ts'
import { span } from '../../lib/format.ts'
import { stagesOf, totalOf } from '../call/stages.ts'
import { stageLooks, TimingsBar } from '../call/turns.tsx'
import { cx } from '../../lib/classes.ts'

export function LastTurn({ timings }: { readonly timings: Conversation['timings'] }) {
  if (!timings) return <p className="text-sm text-ink-3">Measured when the agent has answered you once.</p>
  const stages = stagesOf(timings.of)
  const total = totalOf(timings.of)
  return (
    <div className="flex flex-col gap-2.5">
      <p className="flex items-baseline justify-between text-sm">
        <span className="text-ink-2">Turn {timings.turn}</span>
        <span className="text-lg font-semibold tabular-nums">{total === undefined ? '–' : span(total)}</span>
      </p>
      <TimingsBar timings={timings.of} longest={Math.max(total ?? 0, ...Object.values(timings.of), 1)} />
      <ul className="flex flex-col gap-1 text-xs text-ink-2">
        {stages.map(({ name, label, about, took }) => (
          <li key={name} title={about} className="flex items-center gap-2">
            <span className={cx('size-2 rounded-xs', stageLooks[name])} aria-hidden />
            <span className="flex-1">{label}</span>
            <span className="tabular-nums">{span(took)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

export function LineFigures({ flow }: { readonly flow: Flow | undefined }) {
  const lost =
    flow && flow.packetsReceived + flow.packetsLost > 0
      ? flow.packetsLost / (flow.packetsReceived + flow.packetsLost)
      : 0
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 text-sm">
      <Figure label="Codec" value={flow?.codec ?? '–'} />
      <Figure label="Route" value={routeOf(flow?.route)} />
      <Figure label="Round trip" value={flow?.roundTrip === undefined ? '–' : span(flow.roundTrip)} />
      <Figure label="Jitter" value={flow?.jitter === undefined ? '–' : span(flow.jitter)} />
      <Figure label="Lost" value={flow ? `${(lost * 100).toFixed(1)} %` : '–'} />
      <Figure label="Received" value={flow ? `${flow.packetsReceived} packets` : '–'} />
    </dl>
  )
}

function Figure({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-3">{label}</dt>
      <dd className="truncate tabular-nums">{value}</dd>
    </div>
  )
}

function routeOf(route: string | undefined): string {
  if (route === 'relay') return 'by TURN'
  if (route === 'srflx' || route === 'prflx') return 'through a NAT'
  return route === 'host' ? 'direct' : '–'
}
