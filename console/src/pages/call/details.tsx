/** Everything else that is known of a call: identifiers, what it was given, measurements. */
import { useQuery } from '@tanstack/react-query'
import { fullTime, words } from '../../lib/format.ts'
import type { Schemas } from '../../lib/api.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Fact, Facts, Section } from '../../ui/page.tsx'
import { ErrorState, Skeleton } from '../../ui/states.tsx'
import { CostSection } from './costs.tsx'
import { metricsQuery } from './data.ts'

export function Details({ call }: { readonly call: Schemas['CallInFull'] }) {
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Section title="Call">
        <Facts>
          <Identifier label="Call" value={call.id} />
          <Identifier label="Carrier’s id" value={call.ref} />
          <Identifier label="Connection" value={call.connection} />
          <Identifier label="Agent" value={call.agent} />
          <Moment label="Created" at={call.createdAt} />
          <Moment label="Started" at={call.startedAt} />
          <Moment label="Answered" at={call.answeredAt} />
          <Moment label="Ended" at={call.endedAt} />
          <Fact label="Carrier’s cause">{call.cause ?? '–'}</Fact>
          <Fact label="Answered by">{call.answeredBy === null ? '–' : words(call.answeredBy)}</Fact>
        </Facts>
      </Section>
      <div className="flex flex-col gap-5">
        <CostSection costs={call.costs} />
        <Values title="Variables" lead="Reach the agent’s prompts and tools." values={call.variables} />
        <Values title="Metadata" lead="Yours: passed through untouched." values={call.metadata} />
        <Metrics id={call.id} />
      </div>
    </div>
  )
}

function Identifier({ label, value }: { readonly label: string; readonly value: string | null }) {
  return (
    <Fact label={label}>
      {value === null ? (
        '–'
      ) : (
        <span className="flex min-w-0 items-center gap-1">
          <code className="truncate font-mono text-xs" title={value}>
            {value}
          </code>
          <span className="-my-1.5">
            <CopyButton text={value} label={`Copy ${label.toLowerCase()}`} />
          </span>
        </span>
      )}
    </Fact>
  )
}

function Moment({ label, at }: { readonly label: string; readonly at: number | null }) {
  return <Fact label={label}>{at === null ? '–' : fullTime(at)}</Fact>
}

interface ValuesProps {
  readonly title: string
  readonly lead: string
  readonly values: Readonly<Record<string, unknown>>
}

function Values({ title, lead, values }: ValuesProps) {
  const rows = Object.entries(values)
  return (
    <Section title={title} lead={lead}>
      {rows.length === 0 ? (
        <p className="text-sm text-ink-3">None were given.</p>
      ) : (
        <Facts>
          {rows.map(([name, value]) => (
            <Fact key={name} label={<code className="font-mono text-xs">{name}</code>}>
              <code className="font-mono text-xs">{typeof value === 'string' ? value : JSON.stringify(value)}</code>
            </Fact>
          ))}
        </Facts>
      )}
    </Section>
  )
}

function Metrics({ id }: { readonly id: string }) {
  const { data, error, isPending } = useQuery(metricsQuery(id))
  return (
    <Section title="Measurements" lead="Ours, and those you add by the API.">
      {isPending && <Skeleton className="h-20 w-full" />}
      {error !== null && <ErrorState title="The measurements could not be read" error={error} />}
      {data?.length === 0 && <p className="text-sm text-ink-3">None yet.</p>}
      {data !== undefined && data.length > 0 && (
        <Facts>
          {data.map((metric) => (
            <Fact
              key={`${metric.name} ${metric.at} ${metric.source}`}
              label={<code className="font-mono text-xs">{metric.name}</code>}
            >
              <span className="tabular-nums">
                {Math.round(metric.value * 100) / 100} {metric.unit ?? ''}
              </span>
              {metric.source === 'user' && <span className="ml-2 text-xs text-ink-3">yours</span>}
            </Fact>
          ))}
        </Facts>
      )}
    </Section>
  )
}
