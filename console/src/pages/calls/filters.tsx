/** The filters above the list of calls; each stands in the URL, so a filtered list can be sent to somebody. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { ListFilter, X } from 'lucide-react'
import { useState } from 'react'
import { callStatus } from '../../lib/format.ts'
import type { CallSearch } from '../../lib/call-search.ts'
import { cx } from '../../lib/classes.ts'
import { agentsQuery, connectionsQuery } from '../../lib/lookups.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/field.tsx'
import { Select, type Choice } from '../../ui/select.tsx'

const any = (label: string, choices: readonly Choice[]): readonly Choice[] => [{ value: '', label }, ...choices]
const statuses = ['in-progress', 'ringing', 'queued', 'completed', 'busy', 'no-answer', 'failed', 'canceled']

export function Filters({ search }: { readonly search: CallSearch }) {
  const [open, setOpen] = useState(false)
  const navigate = useNavigate({ from: '/calls' })
  const set = (name: keyof CallSearch, value: string) =>
    void navigate({ search: (before) => ({ ...before, [name]: value === '' ? undefined : value }), replace: true })
  const used = Object.values(search).filter((value) => value !== undefined).length
  return (
    <div>
      <Button icon={<ListFilter />} onClick={() => setOpen(!open)} aria-expanded={open} className="sm:hidden">
        Filters{used > 0 && ` (${used})`}
      </Button>
      <div
        role="search"
        aria-label="Calls"
        className={cx('grid-cols-2 gap-2 max-sm:mt-3 sm:flex sm:flex-wrap', open ? 'grid' : 'max-sm:hidden')}
      >
        <Choices search={search} onChange={set} />
        <NumberFilter
          key={`from ${search.from ?? ''}`}
          label="From"
          value={search.from}
          onChange={(text) => set('from', text)}
        />
        <NumberFilter key={`to ${search.to ?? ''}`} label="To" value={search.to} onChange={(text) => set('to', text)} />
        {used > 0 && (
          <Button variant="ghost" icon={<X />} onClick={() => void navigate({ search: {}, replace: true })}>
            Clear
          </Button>
        )}
      </div>
    </div>
  )
}

interface ChoicesProps {
  readonly search: CallSearch
  readonly onChange: (name: keyof CallSearch, value: string) => void
}

interface Filter {
  readonly name: keyof CallSearch
  readonly label: string
  readonly choices: readonly Choice[]
}

const spans: Filter = {
  name: 'span',
  label: 'When',
  choices: any('Any time', [
    { value: 'today', label: 'Today' },
    { value: '7d', label: 'Last 7 days' },
    { value: '30d', label: 'Last 30 days' },
  ]),
}
const status: Filter = {
  name: 'status',
  label: 'Status',
  choices: any(
    'Any status',
    statuses.map((value) => ({ value, label: callStatus(value).label })),
  ),
}
const direction: Filter = {
  name: 'direction',
  label: 'Direction',
  choices: any('In and out', [
    { value: 'inbound', label: 'Inbound' },
    { value: 'outbound', label: 'Outbound' },
  ]),
}
const recorded: Filter = {
  name: 'recorded',
  label: 'Recording',
  choices: any('Recorded or not', [{ value: 'true', label: 'Recorded' }]),
}

function Choices({ search, onChange }: ChoicesProps) {
  const { data: agents = [] } = useQuery(agentsQuery)
  const { data: connections = [] } = useQuery(connectionsQuery)
  const named = (list: readonly { readonly id: string; readonly name: string }[]) =>
    list.map(({ id, name }) => ({ value: id, label: name }))
  const lines = connections.filter(({ kind }) => kind === 'carrier')
  const filters: readonly Filter[] = [
    ...[spans, status, direction],
    { name: 'agent', label: 'Agent', choices: any('Any agent', named(agents)) },
    { name: 'connection', label: 'Connection', choices: any('Any connection', named(lines)) },
    recorded,
  ]
  return filters.map(({ name, label, choices }) => (
    <Select
      key={name}
      label={label}
      choices={choices}
      value={search[name]}
      placeholder={choices[0]?.label ?? label}
      onChange={(value) => onChange(name, value)}
      className="sm:w-auto! sm:max-w-48"
    />
  ))
}

interface NumberFilterProps {
  readonly label: string
  readonly value: string | undefined
  readonly onChange: (text: string) => void
}

/** Taken with Enter or when it is left, so that the list is not asked for with every letter. */
function NumberFilter({ label, value = '', onChange }: NumberFilterProps) {
  const [text, setText] = useState(value)
  const take = () => {
    if (text.trim() !== value) onChange(text.trim())
  }
  return (
    <Input
      type="search"
      aria-label={`${label} number`}
      placeholder={`${label} number`}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
      className="sm:w-30!"
    />
  )
}
