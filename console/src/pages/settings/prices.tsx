/** What AI vendors charge: prices of one's own, and those that vendors published. */
import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState, type SubmitEvent } from 'react'
import { useMay } from '../../app/session.ts'
import { queries, type Schemas } from '../../lib/api.ts'
import { partLabels, pricesQuery, unitLabels, type Price } from '../../lib/prices.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Section } from '../../ui/page.tsx'
import { useSending } from '../../ui/sending.ts'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { saveSettings, settingsQuery, type Settings } from './house.ts'
import { emptyPrice, PriceRow } from './price-row.tsx'

type Published = Schemas['PriceInForce']

export function PricesTab() {
  const settings = useQuery(settingsQuery)
  const prices = useQuery(pricesQuery)
  const error = settings.error ?? prices.error
  if (error !== null) return <ErrorState title="The prices could not be read" error={error} />
  if (!settings.data || !prices.data) return <SkeletonRows />
  return <PricesForm key={settings.dataUpdatedAt} settings={settings.data} inForce={prices.data} />
}

/** Nothing but the price. */
function priceOf({ part, provider, model, unit, amount, currency }: Price): Price {
  return { part, provider, model, unit, amount, currency }
}

interface Row extends Price {
  readonly key: number
}

let keys = 0
const keyed = (price: Price): Row => ({ ...price, key: ++keys })

function PricesForm({ settings, inForce }: { readonly settings: Settings; readonly inForce: readonly Published[] }) {
  const [rows, setRows] = useState<readonly Row[]>(() => (settings.prices ?? []).map(keyed))
  const { pending, fault, send } = useSending()
  const may = useMay('admin')
  const add = (price: Price) => setRows((now) => [...now, keyed(price)])
  const save = (event: SubmitEvent) => {
    event.preventDefault()
    return send(async () => {
      await saveSettings({ ...settings, prices: rows.map(priceOf) })
      await queries.invalidateQueries({ queryKey: pricesQuery.queryKey })
      // What calls cost is reckoned anew.
      await queries.invalidateQueries({ queryKey: ['call'] })
      noteDone('Saved')
    })
  }
  return (
    <div className="flex flex-col gap-5">
      <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4">
        <Section title="Your prices" lead="They win over the published ones below, line by line.">
          <ul className="flex flex-col gap-3">
            {rows.map((row, index) => (
              <PriceRow
                key={row.key}
                price={row}
                number={index + 1}
                disabled={!may}
                onChange={(price) =>
                  setRows((now) => now.map((one) => (one.key === row.key ? { ...one, ...price } : one)))
                }
                onRemove={() => setRows((now) => now.filter(({ key }) => key !== row.key))}
              />
            ))}
          </ul>
          {rows.length === 0 && <p className="text-sm text-ink-3">None yet.</p>}
          {may && (
            <Button icon={<Plus />} onClick={() => add(emptyPrice)} className="mt-3">
              Add a price
            </Button>
          )}
        </Section>
        {fault !== undefined && <Callout tone="bad">{fault}</Callout>}
        {may ? (
          <div>
            <Button type="submit" variant="primary" pending={pending}>
              Save prices
            </Button>
          </div>
        ) : (
          <Callout>Only owners may change these.</Callout>
        )}
      </form>
      <PublishedPrices prices={inForce} onTake={may ? add : undefined} />
    </div>
  )
}

interface PublishedProps {
  readonly prices: readonly Published[]
  readonly onTake: ((price: Price) => void) | undefined
}

function PublishedPrices({ prices, onTake }: PublishedProps) {
  const published = prices.filter(({ source }) => source === 'published')
  return (
    <Section
      title="Published prices"
      lead="As vendors published them in the month shown, for accounts without a contract: check yours. What is not listed is shown as unknown."
      flush
    >
      <Table
        label="Published prices"
        columns={columns(onTake)}
        rows={published}
        rowKey={({ part, provider, model, unit }) => `${part} ${provider} ${model} ${unit}`}
      />
    </Section>
  )
}

function columns(onTake: PublishedProps['onTake']): readonly Column<Published>[] {
  return [
    { key: 'part', title: 'Part', width: '8rem', wideOnly: true, cell: ({ part }) => partLabels[part] },
    {
      key: 'whose',
      title: 'Provider, model',
      width: 'minmax(9rem,1.5fr)',
      cell: ({ provider, model }) => <span title={model}>{[provider, model || 'any'].join(', ')}</span>,
    },
    { key: 'unit', title: 'Per', width: 'minmax(7rem,1fr)', wideOnly: true, cell: ({ unit }) => unitLabels[unit] },
    {
      key: 'amount',
      title: 'Price',
      width: '6.5rem',
      align: 'end',
      cell: ({ amount, currency }) => <span className="tabular-nums">{`${amount} ${currency}`}</span>,
    },
    { key: 'asOf', title: 'As of', width: '5rem', wideOnly: true, cell: ({ asOf }) => asOf ?? '' },
    {
      key: 'take',
      title: <span className="sr-only">Change</span>,
      width: '5.5rem',
      align: 'end',
      cell: (price) =>
        onTake && (
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Change the price of ${price.provider} ${price.model} per ${unitLabels[price.unit]}`}
            onClick={() => onTake(priceOf(price))}
          >
            Change
          </Button>
        ),
    },
  ]
}
