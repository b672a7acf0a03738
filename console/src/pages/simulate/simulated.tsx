/** The simulated call while it runs and after: both sides, words and wire side by side, and more to say. */
import { Link } from '@tanstack/react-router'
import { ArrowUpRight } from 'lucide-react'
import { useCallback, useMemo } from 'react'
import type { ServerEvent } from '../../lib/sse.ts'
import type { Schemas } from '../../lib/api.ts'
import { Section } from '../../ui/page.tsx'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { hasRecording, takeWire, useCall, usePeaks, useStory } from '../call/data.ts'
import { findingsOf } from '../call/findings.ts'
import { PlayerOf } from '../call/following.tsx'
import { Heading } from '../call/heading.tsx'
import { Problems } from '../call/problems.tsx'
import { Running } from '../call/running.tsx'
import { loudestOf } from '../call/shape.ts'
import { Transcript } from '../call/transcript.tsx'
import { Waveform } from '../call/waveform.tsx'
import { Wire } from '../call/wire.tsx'
import { CallControls } from '../live/controls.tsx'
import { LevelsOf } from '../live/levels.tsx'
import { More } from './more.tsx'

export interface SimulatedProps {
  readonly call: string
  readonly simulation: string
  /** They wait for more after their script. */
  readonly stays: boolean
}

export function Simulated({ call: id, simulation, stays }: SimulatedProps) {
  const { data: call, error } = useCall(id)
  const onOther = useCallback((event: ServerEvent) => takeWire(id, event), [id])
  const arrive = useCallback((place: HTMLElement | null) => {
    // On a narrow screen it begins below the form.
    if (place && place.getBoundingClientRect().top > window.innerHeight / 2) place.scrollIntoView({ block: 'start' })
  }, [])
  if (error !== null) return <ErrorState title="The call could not be read" error={error} />
  if (!call) return <SkeletonRows />
  const live = call.endedAt === null
  return (
    <PlayerOf source={hasRecording(call) ? `/v1/calls/${encodeURIComponent(id)}/recording` : undefined}>
      <LevelsOf call={id} live={live} onOther={onOther}>
        <div ref={arrive} className="flex min-w-0 scroll-mt-4 flex-col gap-4">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <h2 className="min-w-0 text-lg font-semibold">
              <Heading call={call} />
            </h2>
            {live ? <CallControls call={call} /> : <DetailLink id={id} />}
          </div>
          <Story call={call} live={live} />
          {live && stays && <More simulation={simulation} />}
        </div>
      </LevelsOf>
    </PlayerOf>
  )
}

function DetailLink({ id }: { readonly id: string }) {
  return (
    <Link
      to="/calls/$id"
      params={{ id }}
      search={{}}
      className="inline-flex items-center gap-1 text-sm font-medium text-accent hover:underline"
    >
      Everything about this call
      <ArrowUpRight className="size-4" aria-hidden />
    </Link>
  )
}

function Story({ call, live }: { readonly call: Schemas['Call']; readonly live: boolean }) {
  const { entries, story, pending } = useStory(call.id)
  const { data: shape } = usePeaks(call)
  const findings = useMemo(
    () => (pending || live ? [] : findingsOf({ call, entries, story, ...loudestOf(shape) })),
    [call, entries, story, shape, pending, live],
  )
  return (
    <>
      <Problems findings={findings} />
      {live ? <Running call={call} /> : shape && <Waveform shape={shape} story={story} />}
      <div className="grid gap-4 2xl:grid-cols-2">
        <Section title="Words" flush className="self-start">
          <Transcript story={story} live={live} />
        </Section>
        <Section title="Wire" flush className="self-start">
          <Wire call={call.id} zero={story.zero} />
        </Section>
      </div>
    </>
  )
}
