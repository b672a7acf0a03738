/** Numbers that the carrier sells: searched, bought, pointed here. */
import { useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState, type SubmitEvent } from 'react'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { phone } from '../../lib/format.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import type { AddProps } from './new.tsx'
import { Stock } from './stock.tsx'

const kinds = [
  { value: 'local', label: 'Local' },
  { value: 'mobile', label: 'Mobile' },
  { value: 'toll-free', label: 'Toll-free' },
] as const

interface Wanted {
  readonly country: string
  readonly areaCode?: string
  readonly contains?: string
  readonly kind: (typeof kinds)[number]['value']
}

export function BuyTab({ connection, agent, onAdded }: AddProps) {
  const [wanted, setWanted] = useState<Wanted>()
  const [choice, setChoice] = useState<string>()
  const found = useQuery({
    queryKey: ['shop', connection, wanted],
    enabled: wanted !== undefined,
    queryFn: () =>
      read(api.GET('/v1/connections/{id}/numbers/available', { params: { path: { id: connection }, query: wanted } })),
  })
  const buy = async (number: string) => {
    const body = { number, ...(agent === '' ? {} : { agent }) }
    const bought: Schemas['PhoneNumber'] = await read(
      api.POST('/v1/connections/{id}/numbers/buy', { params: { path: { id: connection } }, body }),
    )
    void queries.invalidateQueries({ queryKey: ['stock', connection] })
    onAdded(bought)
  }
  return (
    <div className="flex flex-col gap-5">
      <SearchForm pending={found.isFetching} onSearch={setWanted} />
      {found.isLoading && <SkeletonRows rows={4} />}
      {found.isError && (
        <ErrorState title="The search failed" error={found.error} onRetry={() => void found.refetch()} />
      )}
      {found.data?.items.length === 0 && (
        <EmptyState title="No such number is for sale">Try another area, or fewer digits.</EmptyState>
      )}
      {found.data && found.data.items.length > 0 && (
        <Stock numbers={found.data.items} action="Buy" onChoose={async ({ number }) => setChoice(number)} />
      )}
      <Confirm
        open={choice !== undefined}
        onClose={() => setChoice(undefined)}
        title={`Buy ${phone(choice ?? '')}?`}
        action="Buy number"
        onConfirm={() => buy(choice ?? '')}
      >
        The carrier bills it to your account from now on, until you give it back. It is pointed at this gateway.
      </Confirm>
    </div>
  )
}

interface SearchFormProps {
  readonly pending: boolean
  readonly onSearch: (wanted: Wanted) => void
}

function SearchForm({ pending, onSearch }: SearchFormProps) {
  const [country, setCountry] = useState('US')
  const [kind, setKind] = useState<Wanted['kind']>('local')
  const [areaCode, setAreaCode] = useState('')
  const [contains, setContains] = useState('')
  const search = (event: SubmitEvent) => {
    event.preventDefault()
    onSearch({ country, kind, ...(areaCode && { areaCode }), ...(contains && { contains }) })
  }
  return (
    <form onSubmit={search} className="grid grid-cols-2 items-end gap-3 sm:grid-cols-[5rem_1fr_1fr_1fr_auto]">
      <Field label="Country">
        <Input
          value={country}
          onChange={(event) => setCountry(event.target.value.toUpperCase())}
          maxLength={2}
          pattern="[A-Za-z]{2}"
          title="Two letters, such as US or DE"
          required
        />
      </Field>
      <Field label="Kind">
        <Select choices={kinds} value={kind} onChange={(value) => setKind(value as Wanted['kind'])} />
      </Field>
      <Field label="Area code">
        <Input
          value={areaCode}
          onChange={(event) => setAreaCode(event.target.value)}
          inputMode="numeric"
          maxLength={10}
        />
      </Field>
      <Field label="Contains">
        <Input value={contains} onChange={(event) => setContains(event.target.value)} maxLength={20} />
      </Field>
      <Button type="submit" icon={<Search />} pending={pending} className="col-span-2 sm:col-span-1">
        Search
      </Button>
    </form>
  )
}
