/** What both sides say, while they say it: words that may still change are faded. */
import { MessagesSquare, Wrench } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { cx } from '../../lib/classes.ts'
import type { Conversation, Line } from '../../phone/conversation.ts'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/states.tsx'

export function SaidSoFar({ conversation: { lines, phase } }: { readonly conversation: Conversation }) {
  const box = useRef<HTMLDivElement>(null)
  const shown = lines.filter(({ text, draft }) => text !== '' || draft !== '')
  const last = shown.at(-1)
  const length = shown.length * 10_000 + (last ? last.text.length + last.draft.length : 0)
  useEffect(() => {
    if (length > 0) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [length])
  return (
    <div
      ref={box}
      className="h-full min-h-0 overflow-y-auto overscroll-contain"
      tabIndex={0}
      role="log"
      aria-label="What is said"
    >
      {shown.length === 0 ? (
        <EmptyState icon={<MessagesSquare />} title={phase === 'talking' ? 'Say something' : 'Words appear here'}>
          {phase === 'talking'
            ? 'What you and the agent say is written down as it is understood.'
            : 'Both sides are written down while you talk.'}
        </EmptyState>
      ) : (
        <ol className="flex flex-col gap-4 p-4 sm:p-5">
          {shown.map((line) => (
            <Bubble key={line.id} line={line} />
          ))}
        </ol>
      )}
    </div>
  )
}

function Bubble({ line }: { readonly line: Line }) {
  if (line.by === 'tool')
    return (
      <li className="flex items-center gap-2 font-mono text-xs text-ink-3">
        <Wrench className="size-3.5" aria-hidden />
        {line.text}
        {!line.over && '…'}
      </li>
    )
  const caller = line.by === 'caller'
  return (
    <li className={cx('flex max-w-[88%] flex-col gap-1', caller ? 'items-end self-end' : 'items-start self-start')}>
      <span className={cx('text-xs font-medium', caller ? 'text-caller' : 'text-agent')}>
        {caller ? 'You' : 'Agent'}
      </span>
      <p
        className={cx(
          'rounded-2xl border px-3.5 py-2 text-base [overflow-wrap:anywhere]',
          caller ? 'rounded-br-md border-transparent bg-sunken' : 'rounded-bl-md border-line bg-surface',
        )}
      >
        {line.text}
        <span className="text-ink-3">{line.draft}</span>
      </p>
      {line.interrupted && <Badge tone="warn">Interrupted</Badge>}
    </li>
  )
}
