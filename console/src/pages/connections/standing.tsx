/** How a line stands that listens by itself: its registration, its extensions, who was turned away and what to do. */
import { PhoneOff, ShieldCheck } from 'lucide-react'
import type { Tone } from '../../lib/format.ts'
import { words } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Section } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { adviceFor, useStanding, type Refused, type Standing as Line } from './lines.ts'

export function Standing({ connection }: { readonly connection: string }) {
  const line = useStanding(connection)
  if (!line) return null
  const { registration, peer } = line
  return (
    <>
      {registration !== null && (
        <State
          title="Registration"
          lead="Ours at the peer: it sends its calls to where we registered."
          look={registrations[registration.state]}
          says={registration.says}
          at={registration.next}
        />
      )}
      {peer !== null && (
        <State
          title="Peer"
          lead="Asked now and then whether it is there (OPTIONS)."
          look={peers[peer.state]}
          says={peer.says}
          at={peer.next}
        />
      )}
      {line.extensions.length > 0 && <Extensions extensions={line.extensions} />}
      <TurnedAway refused={line.refused} />
    </>
  )
}

interface Look {
  readonly label: string
  readonly tone: Tone
  /** Said before the time of what comes next. */
  readonly next?: string
}

const registrations: Readonly<Record<NonNullable<Line['registration']>['state'], Look>> = {
  registering: { label: 'Registering', tone: 'accent' },
  registered: { label: 'Registered', tone: 'good', next: 'Renewed before' },
  failed: { label: 'Not registered', tone: 'bad', next: 'Tried again' },
  stopped: { label: 'Not registered', tone: 'neutral' },
}

const peers: Readonly<Record<NonNullable<Line['peer']>['state'], Look>> = {
  asking: { label: 'Asking', tone: 'accent' },
  alive: { label: 'Answers', tone: 'good', next: 'Asked again' },
  down: { label: 'Does not answer', tone: 'bad', next: 'Asked again' },
}

interface StateProps {
  readonly title: string
  readonly lead: string
  readonly look: Look
  readonly says: string
  readonly at: number | undefined
}

function State({ title, lead, look: { label, tone, next }, says, at }: StateProps) {
  return (
    <Section
      title={title}
      lead={lead}
      actions={
        <Badge tone={tone} dot={tone === 'accent' ? 'pulse' : true}>
          {label}
        </Badge>
      }
    >
      <p role="status" className="text-sm text-pretty [overflow-wrap:anywhere]">
        {says}
      </p>
      {at !== undefined && next !== undefined && (
        <p className="mt-1 text-xs text-ink-3">
          {next} <Time at={at} />
        </p>
      )}
    </Section>
  )
}

function Extensions({ extensions }: Pick<Line, 'extensions'>) {
  const here = extensions.filter(({ registered }) => registered).length
  return (
    <Section title="Extensions" lead={`${here} of ${extensions.length} registered here`} flush>
      <ul aria-label="Extensions" className="divide-y divide-line">
        {extensions.map(({ name, registered, contacts }) => (
          <li key={name} className="flex items-start justify-between gap-4 px-4 py-2.5 text-sm sm:px-5">
            <div className="min-w-0">
              <p className="font-medium [overflow-wrap:anywhere]">{name}</p>
              {contacts.map(({ address, product, until }) => (
                <p key={address} className="text-xs text-ink-3 [overflow-wrap:anywhere]">
                  <span className="font-mono">{address}</span>
                  {product !== undefined && `, ${product}`}, until <Time at={until} />
                </p>
              ))}
            </div>
            <Badge tone={registered ? 'good' : 'neutral'} dot={registered}>
              {registered ? 'Registered' : 'Away'}
            </Badge>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function TurnedAway({ refused }: Pick<Line, 'refused'>) {
  return (
    <Section
      title="Turned away"
      lead="Calls and sources that were refused since the gateway began, newest first."
      flush
    >
      {refused.length === 0 ? (
        <p className="flex items-center gap-2.5 px-4 py-4 text-sm text-ink-3 sm:px-5">
          <ShieldCheck className="size-4 shrink-0 text-good" aria-hidden />
          Nobody was turned away.
        </p>
      ) : (
        <ul aria-label="Turned away" className="max-h-120 divide-y divide-line overflow-y-auto" tabIndex={0}>
          {refused.map((one) => (
            <Refusal key={`${one.at} ${one.from} ${one.cause}`} refused={one} />
          ))}
        </ul>
      )}
    </Section>
  )
}

function Refusal({ refused: { at, from, cause, says } }: { readonly refused: Refused }) {
  const advice = adviceFor(cause)
  return (
    <li className="flex gap-3 px-4 py-3 text-sm sm:px-5">
      <PhoneOff className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-pretty [overflow-wrap:anywhere]">{sentence(says)}</p>
        {advice !== undefined && <p className="mt-0.5 text-xs text-pretty text-ink-2">{advice}</p>}
        <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-ink-3">
          <Badge>{words(cause)}</Badge>
          <span className="font-mono">{from}</span>
          <Time at={at} relative />
        </p>
      </div>
    </li>
  )
}

/** `no trunk matched …` as a sentence. */
function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}
