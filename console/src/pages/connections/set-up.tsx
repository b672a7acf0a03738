/** What saving did at the carrier: what was prepared, what is still to do, and doing it again. */
import { Check, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { connectionsQuery } from '../../lib/lookups.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Section } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { noteDone, noteFailed } from '../../ui/toast.tsx'

type Connection = Schemas['Connection']

interface SetUpProps {
  readonly connection: Connection
  /** Its provider can be asked, and whoever looks may save. */
  readonly may: boolean
}

export function SetUp({ connection, may }: SetUpProps) {
  const { warnings, setUp } = connection
  if (warnings.length === 0 && setUp === null && !may) return null
  return (
    <Section
      title="At the carrier"
      lead={setUp ? <LastTime at={setUp.at} done={warnings.length === 0} /> : 'Not set up from here yet.'}
      actions={may && <Again connection={connection} />}
    >
      <div className="flex flex-col gap-3">
        {warnings.map(({ code, message }) => (
          <Callout key={`${code} ${message}`} tone="warn">
            {message}
          </Callout>
        ))}
        {setUp && setUp.notes.length > 0 && <Notes notes={setUp.notes} />}
        {warnings.length === 0 && !setUp && (
          <p className="text-sm text-pretty text-ink-2">
            Setting up makes or changes what your account needs, points your numbers here again and tries the settings.
          </p>
        )}
      </div>
    </Section>
  )
}

function LastTime({ at, done }: { readonly at: number; readonly done: boolean }) {
  return (
    <>
      {done ? 'Set up' : 'Last tried'} <Time at={at} relative />
    </>
  )
}

function Notes({ notes }: { readonly notes: readonly string[] }) {
  return (
    <ul className="flex flex-col gap-2">
      {notes.map((note) => (
        <li key={note} className="flex gap-2.5 text-sm text-pretty text-ink-2">
          <Check className="mt-0.5 size-4 shrink-0 text-good" aria-hidden />
          <span className="min-w-0 [overflow-wrap:anywhere]">{note}</span>
        </li>
      ))}
    </ul>
  )
}

/** The same settings saved once more: secrets are sent as their masks, which keep them. */
function Again({ connection }: Pick<SetUpProps, 'connection'>) {
  const [pending, setPending] = useState(false)
  const { id, name, settings } = connection
  const again = async () => {
    setPending(true)
    try {
      keep(await read(api.PUT('/v1/connections/{id}', { params: { path: { id } }, body: { name, settings } })))
    } catch (error) {
      noteFailed('The set-up was not tried', error)
    } finally {
      setPending(false)
    }
  }
  return (
    <Button size="sm" icon={<RotateCw />} pending={pending} onClick={() => void again()}>
      {connection.setUp ? 'Set up again' : 'Set up'}
    </Button>
  )
}

function keep(saved: Connection): void {
  queries.setQueryData(['connections', saved.id], saved)
  void queries.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true })
  if (saved.setUp) noteSaved(saved, 'Set up')
  else noteDone('Nothing was done at the carrier', 'Set-up is off on this gateway: see OFFHOOK_CARRIER_SETUP.')
}

/** After any save of a connection: how it went at the carrier is said with it. */
export function noteSaved({ warnings, setUp }: Connection, title: string): void {
  const [first] = warnings
  if (first) noteDone(`${title}, with something left to do`, first.message)
  else noteDone(title, setUp?.notes.at(-1) ?? 'The next call uses the new settings.')
}
