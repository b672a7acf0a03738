/** A new number: out of the carrier's account, out of its shop, or typed by hand. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Cable, ChevronLeft } from 'lucide-react'
import { useState } from 'react'
import { queries, type Schemas } from '../../lib/api.ts'
import { phone } from '../../lib/format.ts'
import { agentsQuery, connectionsQuery, numbersQuery, providersQuery } from '../../lib/lookups.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Select } from '../../ui/select.tsx'
import { EmptyState, SkeletonRows } from '../../ui/states.tsx'
import { TabPanel, Tabs } from '../../ui/tabs.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { BuyTab } from './buy.tsx'
import { HandTab } from './hand.tsx'
import { useCapabilities } from './menu.tsx'
import { OwnedTab } from './owned.tsx'

export interface AddProps {
  readonly connection: string
  /** Empty: nobody yet. */
  readonly agent: string
  readonly onAdded: (number: Schemas['PhoneNumber']) => void
}

export function NewNumberPage() {
  const connections = useQuery(connectionsQuery)
  const { data: providers } = useQuery(providersQuery)
  const carriers = providers && connections.data && linesOf(connections.data, providers)
  return (
    <Page
      title="Add a number"
      width="text"
      back={
        <Link to="/numbers" className="inline-flex items-center gap-1 text-ink-2 hover:text-ink">
          <ChevronLeft className="size-4" aria-hidden /> Numbers
        </Link>
      }
    >
      {!carriers && (
        <Section flush>
          <SkeletonRows />
        </Section>
      )}
      {carriers?.length === 0 && (
        <Section flush>
          <EmptyState
            icon={<Cable />}
            title="No carrier is connected yet"
            action={
              <ButtonLink to="/connections/new" variant="primary">
                Connect a carrier
              </ButtonLink>
            }
          >
            A number belongs to a carrier. Connect your account there first.
          </EmptyState>
        </Section>
      )}
      {carriers && carriers.length > 0 && <Adding carriers={carriers} />}
    </Page>
  )
}

/** Lines that numbers belong to, those whose numbers can be listed first. The browser's line has none. */
function linesOf(connections: readonly Schemas['Connection'][], providers: readonly Schemas['Provider'][]) {
  const can = new Map(providers.map(({ kind, name, capabilities }) => [`${kind} ${name}`, capabilities]))
  const has = (one: Schemas['Connection'], what: string) =>
    can.get(`${one.kind} ${one.provider}`)?.includes(what) === true
  return connections
    .filter((one) => one.kind === 'carrier' && (has(one, 'dial') || has(one, 'webhook')))
    .toSorted((a, b) => Number(has(b, 'numbers.list')) - Number(has(a, 'numbers.list')))
}

function Adding({ carriers }: { readonly carriers: readonly Schemas['Connection'][] }) {
  const wanted = useSearch({ from: '/shell/numbers/new' }).connection
  const { data: agents = [] } = useQuery(agentsQuery)
  const navigate = useNavigate()
  const [chosen, setChosen] = useState(wanted ?? carriers[0]?.id ?? '')
  const [agent, setAgent] = useState<string>()
  const answering = agent ?? agents[0]?.id ?? ''
  const added = (number: Schemas['PhoneNumber']) => {
    void queries.invalidateQueries({ queryKey: numbersQuery.queryKey })
    noteDone(`${phone(number.number)} was added`, 'Call it, and see the call here.')
    void navigate({ to: '/numbers' })
  }
  return (
    <Section>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="At which carrier">
          <Select
            choices={carriers.map(({ id, name }) => ({ value: id, label: name }))}
            value={chosen}
            onChange={setChosen}
          />
        </Field>
        <Field label="Answered by">
          <Select
            choices={[
              { value: '', label: 'Nobody yet' },
              ...agents.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            value={answering}
            placeholder="Nobody yet"
            onChange={setAgent}
          />
        </Field>
      </div>
      <Sources key={chosen} connection={chosen} agent={answering} onAdded={added} />
    </Section>
  )
}

function Sources(props: AddProps) {
  const can = useCapabilities(props.connection)
  const tabs = [
    ...(can.includes('numbers.list') ? [{ value: 'owned', label: 'In your account' }] : []),
    ...(can.includes('numbers.search') && can.includes('numbers.buy') ? [{ value: 'buy', label: 'Buy' }] : []),
    { value: 'hand', label: 'By hand' },
  ]
  const [tab, setTab] = useState<string>()
  return (
    <div className="mt-6">
      <Tabs label="Where the number comes from" tabs={tabs} value={tab ?? tabs[0]?.value ?? 'hand'} onChange={setTab}>
        <TabPanel value="owned">
          <OwnedTab {...props} />
        </TabPanel>
        <TabPanel value="buy">
          <BuyTab {...props} />
        </TabPanel>
        <TabPanel value="hand">
          <HandTab {...props} canPoint={can.includes('numbers.point')} />
        </TabPanel>
      </Tabs>
    </div>
  )
}
