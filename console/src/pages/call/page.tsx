/** One call: what happened, what went wrong, how it sounded; live while it runs, the same page afterwards. */
import { getRouteApi, Link } from '@tanstack/react-router'
import { ChevronLeft, Download } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import type { Schemas } from '../../lib/api.ts'
import type { ServerEvent } from '../../lib/sse.ts'
import { ButtonAnchor } from '../../ui/button.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ErrorState, Skeleton, SkeletonRows } from '../../ui/states.tsx'
import { TabPanel, Tabs } from '../../ui/tabs.tsx'
import { CallControls } from '../live/controls.tsx'
import { LevelsOf } from '../live/levels.tsx'
import { hasRecording, takeWire, useCall, usePeaks, useStory, type Shape } from './data.ts'
import { Details } from './details.tsx'
import { Events } from './events.tsx'
import { findingsOf } from './findings.ts'
import { PlayerOf, usePlayer } from './following.tsx'
import { Heading, Summary, titleOf } from './heading.tsx'
import { Problems } from './problems.tsx'
import { Quality } from './quality.tsx'
import { Running } from './running.tsx'
import { loudestOf } from './shape.ts'
import { Transcript } from './transcript.tsx'
import { Turns } from './turns.tsx'
import { Waveform } from './waveform.tsx'
import { Wire } from './wire.tsx'

const route = getRouteApi('/shell/calls/$id')

export function CallPage() {
  const { id } = route.useParams()
  const { data: call, error, refetch } = useCall(id)
  if (call) return <Shown key={id} call={call} />
  return (
    <Page title="Call" back={<Back />}>
      {error === null ? (
        <>
          <Skeleton className="h-20 w-full" />
          <SkeletonRows />
        </>
      ) : (
        <ErrorState title="This call could not be read" error={error} onRetry={() => void refetch()} />
      )}
    </Page>
  )
}

function Back() {
  return (
    <Link to="/calls" search={{}} className="inline-flex items-center gap-1 rounded-sm text-ink-3 hover:text-ink">
      <ChevronLeft className="size-4" aria-hidden />
      Calls
    </Link>
  )
}

function Shown({ call }: { readonly call: Schemas['CallInFull'] }) {
  const live = call.endedAt === null
  const recording = hasRecording(call) ? `/v1/calls/${encodeURIComponent(call.id)}/recording` : undefined
  const onOther = useCallback((event: ServerEvent) => takeWire(call.id, event), [call.id])
  return (
    <Page
      title={titleOf(call)}
      heading={<Heading call={call} />}
      back={<Back />}
      actions={live ? <CallControls call={call} /> : <DownloadLink source={recording} />}
    >
      <PlayerOf source={recording}>
        <LevelsOf call={call.id} live={live} onOther={onOther}>
          <Content call={call} live={live} />
        </LevelsOf>
      </PlayerOf>
    </Page>
  )
}

function DownloadLink({ source }: { readonly source: string | undefined }) {
  if (source === undefined) return null
  return (
    <ButtonAnchor href={source} download icon={<Download aria-hidden />}>
      Recording
    </ButtonAnchor>
  )
}

function Content({ call, live }: { readonly call: Schemas['CallInFull']; readonly live: boolean }) {
  const { entries, story, error, pending } = useStory(call.id)
  const peaks = usePeaks(call)
  const shape = peaks.data
  const findings = useMemo(
    () => (pending ? [] : findingsOf({ call, entries, story, ...loudestOf(shape) })),
    [call, entries, story, shape, pending],
  )
  useDeepLink()
  return (
    <>
      <Problems findings={findings} />
      <Summary call={call} />
      {live ? (
        <Running call={call} />
      ) : (
        <Sound shape={shape} expected={hasRecording(call)} story={story} error={peaks.error} />
      )}
      <Quality entries={entries} />
      {error !== null && <ErrorState title="The events could not be read" error={error} />}
      {pending ? <SkeletonRows /> : <Views call={call} told={{ entries, story }} live={live} />}
    </>
  )
}

interface SoundProps {
  readonly shape: Shape | undefined
  readonly expected: boolean
  readonly story: ReturnType<typeof useStory>['story']
  readonly error: unknown
}

function Sound({ shape, expected, story, error }: SoundProps) {
  if (shape) return <Waveform shape={shape} story={story} />
  if (error !== null) return <ErrorState title="The recording could not be read" error={error} />
  return expected ? <Skeleton className="h-41 w-full rounded-xl" /> : null
}

interface ViewsProps {
  readonly call: Schemas['CallInFull']
  readonly told: Pick<ReturnType<typeof useStory>, 'entries' | 'story'>
  readonly live: boolean
}

function Views({ call, told: { entries, story }, live }: ViewsProps) {
  const { tab = 'transcript' } = route.useSearch()
  const navigate = route.useNavigate()
  const tabs = [
    { value: 'transcript', label: 'Transcript', count: story.said.length },
    { value: 'timeline', label: 'Timeline', count: entries.length },
    { value: 'timings', label: 'Timings', count: story.turns.length },
    { value: 'wire', label: 'Wire' },
    { value: 'details', label: 'Details' },
  ]
  const choose = (value: string) =>
    void navigate({ search: (before) => ({ ...before, tab: value }), replace: true, resetScroll: false })
  return (
    <Tabs label="Views of this call" tabs={tabs} value={tab} onChange={choose}>
      <TabPanel value="transcript">
        <Section flush>
          <Transcript story={story} live={live} />
        </Section>
      </TabPanel>
      <TabPanel value="timeline">
        <Section flush>
          <Events entries={entries} zero={story.zero} />
        </Section>
      </TabPanel>
      <TabPanel value="timings">
        <Section flush>
          <Turns story={story} />
        </Section>
      </TabPanel>
      <TabPanel value="wire">
        <Section flush>
          <Wire call={call.id} zero={story.zero} />
        </Section>
      </TabPanel>
      <TabPanel value="details">
        <Details call={call} />
      </TabPanel>
    </Tabs>
  )
}

/** `?at=` puts the cursor there once; the cursor's resting place goes into the address, to be passed on. */
function useDeepLink(): void {
  const { at } = route.useSearch()
  const navigate = route.useNavigate()
  const player = usePlayer()
  const first = useRef(at)
  useEffect(() => {
    if (first.current !== undefined) player.seek(first.current)
  }, [player])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const rest = () => {
      clearTimeout(timer)
      if (player.playing) return
      timer = setTimeout(() => {
        const here = Math.round(player.time)
        void navigate({ search: (before) => ({ ...before, at: here || undefined }), replace: true, resetScroll: false })
      }, 500)
    }
    const stop = player.watch(rest)
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [player, navigate])
}
