/** Where the recording will be, while the call still runs: both sides' levels and what the agent does. */
import type { Schemas } from '../../lib/api.ts'
import { AgentStateBadge, LevelBar } from '../live/levels.tsx'
import { setVolume, useHeard } from '../live/listening.ts'

export function Running({ call }: { readonly call: Schemas['Call'] }) {
  return (
    <section aria-label="Live sound" className="rounded-xl border border-line bg-surface px-4 py-4 sm:px-5">
      <div className="grid grid-cols-[4rem_1fr_auto] items-center gap-x-4 gap-y-3">
        <Side call={call.id} side="caller" label="Caller" />
        <Side call={call.id} side="agent" label="Agent" />
      </div>
    </section>
  )
}

interface SideProps {
  readonly call: string
  readonly side: 'caller' | 'agent'
  readonly label: string
}

function Side({ call, side, label }: SideProps) {
  const heard = useHeard()
  const here = heard?.call === call
  return (
    <>
      <span className={side === 'caller' ? 'text-sm font-medium text-caller' : 'text-sm font-medium text-agent'}>
        {label}
      </span>
      <LevelBar call={call} side={side} className="h-2.5" />
      <span className="flex h-7 w-28 items-center justify-end">
        {here ? (
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={heard.volume[side]}
            onChange={(event) => setVolume(side, Number(event.target.value))}
            aria-label={`Volume of the ${label.toLowerCase()}`}
            className="w-full accent-(--accent)"
          />
        ) : (
          side === 'agent' && <AgentStateBadge call={call} />
        )}
      </span>
    </>
  )
}
