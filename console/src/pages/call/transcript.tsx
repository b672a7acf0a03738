/** Who said what and when; the line under the cursor is marked, a press goes there. */
import { MessagesSquare, Wrench } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { cx } from '../../lib/classes.ts'
import { span } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { useCursor } from './following.tsx'
import { Moment } from './moment.tsx'
import { totalOf } from './stages.ts'
import type { Said, Story } from './story.ts'

export function Transcript({ story, live }: { readonly story: Story; readonly live: boolean }) {
  const { said, turns } = story
  const active = useCursor((ms) => (live ? undefined : said.findLast(({ from }) => from <= ms + 50)?.id))
  const end = useRef<HTMLDivElement>(null)
  const count = said.length
  useEffect(() => {
    if (!live || count === 0 || !end.current) return
    // Who has scrolled away reads something: they are left alone.
    const below = end.current.getBoundingClientRect().top - window.innerHeight
    if (below < 240) end.current.scrollIntoView({ block: 'nearest' })
  }, [live, count])
  if (said.length === 0)
    return (
      <EmptyState icon={<MessagesSquare />} title={live ? 'Nobody has spoken yet' : 'Nothing was said'}>
        {live ? 'Words appear here as they are understood.' : 'The timeline shows what happened instead.'}
      </EmptyState>
    )
  return (
    <>
      <ol className="flex flex-col py-2" aria-label="Transcript">
        {said.map((line) => (
          <Line key={line.id} line={line} active={line.id === active} answered={answeredIn(line, turns)} />
        ))}
      </ol>
      <div ref={end} />
    </>
  )
}

/** How long the caller waited for this line. */
function answeredIn(line: Said, turns: Story['turns']): number | undefined {
  const turn = line.by === 'agent' ? turns.find(({ at }) => at === line.from) : undefined
  return turn && totalOf(turn.timings)
}

const names = { caller: 'Caller', agent: 'Agent', tool: 'Tool', system: 'System' } as const
const inks = { caller: 'text-caller', agent: 'text-agent', tool: 'text-ink-3', system: 'text-ink-3' } as const

interface LineProps {
  readonly line: Said
  readonly active: boolean
  readonly answered: number | undefined
}

function Line({ line, active, answered }: LineProps) {
  return (
    <li
      aria-current={active || undefined}
      className={cx(
        'grid grid-cols-[3.5rem_1fr] items-baseline gap-x-3 border-l-2 px-4 py-2 sm:grid-cols-[3.5rem_4rem_1fr] sm:px-5',
        active ? 'border-accent bg-accent-soft' : 'border-transparent',
      )}
    >
      <div>
        <Moment at={line.from} label={line.text} />
      </div>
      <p className={cx('text-sm font-medium', active ? 'text-ink' : inks[line.by])}>{names[line.by]}</p>
      <div className="col-start-2 min-w-0 text-base [overflow-wrap:anywhere] sm:col-start-3">
        {line.tool ? <Tool line={line} tool={line.tool} /> : <Words text={line.text} />}
        <Marks>
          {line.interrupted && <Badge tone="warn">Interrupted</Badge>}
          {answered !== undefined && (
            <span className="text-xs text-ink-3" title="From the end of the caller’s speech to the first sound">
              after {span(answered)}
            </span>
          )}
        </Marks>
      </div>
    </li>
  )
}

/** Keys stand in the transcript as `[DTMF: 5]`. */
function Words({ text }: { readonly text: string }) {
  const keys = /^\[DTMF: (.+)\]$/.exec(text)?.[1]
  if (keys === undefined) return text
  return (
    <span className="inline-flex items-center gap-1.5 text-ink-2">
      Pressed
      <kbd className="rounded-md border border-line-strong bg-sunken px-1.5 font-mono text-xs text-ink">{keys}</kbd>
    </span>
  )
}

function Marks({ children }: { readonly children: readonly ReactNode[] }) {
  if (!children.some(Boolean)) return null
  return <span className="ml-2 inline-flex items-center gap-2 align-middle">{children}</span>
}

function Tool({ line, tool }: { readonly line: Said; readonly tool: NonNullable<Said['tool']> }) {
  return (
    <div className="text-sm">
      <span className="inline-flex items-center gap-1.5 font-mono text-xs">
        <Wrench className="size-3.5 text-ink-3" aria-hidden />
        {line.text}
        <span className="text-ink-3">{JSON.stringify(tool.given ?? {})}</span>
      </span>
      {tool.ok !== undefined && (
        <p className={cx('mt-0.5 font-mono text-xs', tool.ok ? 'text-ink-2' : 'text-bad')}>
          → {typeof tool.result === 'string' ? tool.result : JSON.stringify(tool.result)}
        </p>
      )}
    </div>
  )
}
