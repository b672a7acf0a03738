/** The browser phone: talk to an agent, see both sides, and be told what is wrong when it does not work. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ArrowUpRight, Bot } from 'lucide-react'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { useMay } from '../../app/session.ts'
import { api, read, type Schemas } from '../../lib/api.ts'
import { isOver } from '../../phone/conversation.ts'
import type { PhoneState } from '../../phone/call.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Select } from '../../ui/select.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { Keypad } from '../live/keypad.tsx'
import { PhoneButtons } from './buttons.tsx'
import { Devices, rememberedMicrophone } from './devices.tsx'
import { LastTurn, LineFigures } from './figures.tsx'
import { SaidSoFar } from './said.tsx'
import { Stage } from './stage.tsx'
import { attachPhone, phone } from './store.ts'

const route = getRouteApi('/shell/phone')

const agentsQuery = {
  queryKey: ['agents', 'all'],
  queryFn: async () => (await read(api.GET('/v1/agents', { params: { query: { limit: 200 } } }))).items,
}

export function PhonePage() {
  const { data: agents, error, refetch } = useQuery(agentsQuery)
  const calls = useMay('calls:write')
  useEffect(attachPhone, [])
  return (
    <Page
      title="Talk to an agent"
      lead="A call from this browser: no number, no carrier, the same engine."
      width="full"
    >
      {error !== null && (
        <ErrorState title="The agents could not be read" error={error} onRetry={() => void refetch()} />
      )}
      {!calls && <Callout tone="warn">You may look but not call: ask an owner for the role “operator”.</Callout>}
      {agents?.length === 0 && <NoAgents />}
      {error === null && !agents && <Skeleton className="h-120 w-full rounded-xl" />}
      {agents !== undefined && agents.length > 0 && <Desk agents={agents} allowed={calls} />}
    </Page>
  )
}

function NoAgents() {
  return (
    <EmptyState
      icon={<Bot />}
      title="There is nobody to talk to yet"
      action={
        <ButtonLink to="/agents/new" search={{}} variant="primary">
          Set up an agent
        </ButtonLink>
      }
    >
      An agent is who answers: a voice model, a pipeline, or your own program.
    </EmptyState>
  )
}

interface DeskProps {
  readonly agents: readonly Schemas['Agent'][]
  readonly allowed: boolean
}

function Desk({ agents, allowed }: DeskProps) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const agent = agents.find(({ id }) => id === search.agent) ?? agents[0]
  const [microphone, setMicrophone] = useState(rememberedMicrophone)
  const { conversation, findings, flow } = useSyncExternalStore(phone.watch, () => phone.state)
  const over = isOver(conversation)
  const choose = (id: string) => void navigate({ search: { agent: id }, replace: true })
  const chooseMicrophone = (device: string) => {
    setMicrophone(device)
    void phone.changeMicrophone(device)
  }
  return (
    <div className="grid grid-cols-1 gap-5 lg:grid-cols-[minmax(20rem,26rem)_minmax(0,1fr)] xl:grid-cols-[minmax(22rem,26rem)_minmax(0,1fr)_17rem]">
      <section aria-label="Phone" className="flex flex-col gap-6 rounded-xl border border-line bg-surface p-5">
        <Select
          label="Who you talk to"
          choices={agents.map(({ id, name, provider }) => ({ value: id, label: name, hint: provider }))}
          value={agent?.id}
          onChange={choose}
          disabled={!over}
        />
        <Stage conversation={conversation} sounds={phone.sounds} name={agent?.name ?? ''} />
        <Buttons ready={allowed && agent !== undefined} onDial={() => agent && void phone.dial(agent.id, microphone)} />
        <Troubles findings={findings} words={conversation.words} />
        {/* Devices have names once a microphone was allowed: then they are looked at again. */}
        <Devices
          key={String(conversation.startedAt !== undefined)}
          phone={phone}
          microphone={microphone}
          onMicrophone={chooseMicrophone}
        />
      </section>
      <Section
        title="Conversation"
        flush
        actions={<CallLink call={conversation.call} />}
        className="flex h-[26rem] flex-col lg:h-[calc(100dvh-9rem)] [&>div:last-child]:min-h-0 [&>div:last-child]:flex-1"
      >
        <SaidSoFar conversation={conversation} />
      </Section>
      <div className="grid content-start gap-5 sm:grid-cols-2 lg:col-span-2 xl:col-span-1 xl:grid-cols-1">
        <Section title="Last answer">
          <LastTurn timings={conversation.timings} />
        </Section>
        <Section title="Line">
          <LineFigures flow={flow} />
        </Section>
      </div>
    </div>
  )
}

interface ButtonsProps {
  readonly ready: boolean
  readonly onDial: () => void
}

function Buttons({ ready, onDial }: ButtonsProps) {
  const { conversation } = useSyncExternalStore(phone.watch, () => phone.state)
  const [keypad, setKeypad] = useState(false)
  const talking = conversation.phase === 'talking'
  return (
    <div className="flex flex-col items-center gap-5">
      <PhoneButtons
        conversation={conversation}
        keypad={keypad && talking}
        ready={ready}
        onDial={onDial}
        onHangUp={() => phone.hangUp()}
        onMute={() => phone.mute(!conversation.muted)}
        onKeypad={() => setKeypad(!keypad)}
        onInterrupt={() => phone.interrupt()}
      />
      {keypad && talking && <Keypad onKey={(key) => phone.press(key)} keyboard />}
    </div>
  )
}

interface TroublesProps {
  readonly findings: PhoneState['findings']
  readonly words: string | undefined
}

function Troubles({ findings, words }: TroublesProps) {
  const said = words !== undefined && words !== ''
  if (findings.length === 0 && !said) return null
  return (
    <div className="flex flex-col gap-2" aria-live="polite">
      {findings.map(({ id, level, title, advice }) => (
        <Callout key={id} tone={level === 'problem' ? 'bad' : 'warn'} title={title}>
          <p className="text-ink-2">{advice}</p>
          {id === 'playback-blocked' && (
            <Button size="sm" className="mt-2" onClick={() => void phone.sounds.unblock()}>
              Play sound
            </Button>
          )}
        </Callout>
      ))}
      {said && findings.length === 0 && <Callout tone="neutral">{words}</Callout>}
    </div>
  )
}

function CallLink({ call }: { readonly call: string | undefined }) {
  if (call === undefined) return null
  return (
    <ButtonLink
      to="/calls/$id"
      params={{ id: call }}
      search={{}}
      target="_blank"
      size="sm"
      variant="ghost"
      className="-my-1"
      icon={<ArrowUpRight />}
    >
      This call
    </ButtonLink>
  )
}
