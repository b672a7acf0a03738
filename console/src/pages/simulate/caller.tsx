/** Who calls, through which carrier, what they do and what goes wrong: the form of a simulated call. */
import { PhoneCall } from 'lucide-react'
import { useMemo, useState, type ReactNode } from 'react'
import { FormProvider, useForm } from 'react-hook-form'
import { fieldsOf } from '../../forms/model.ts'
import { faultsOf, settingsOf, valuesOf, type FormValues } from '../../forms/values.ts'
import type { Schemas } from '../../lib/api.ts'
import { phone } from '../../lib/format.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { SwitchRow } from '../../ui/switch.tsx'
import { faultOf, scriptOf, type Act } from './acts.ts'
import { Faults, saidFaults } from './faults.tsx'
import { ScenarioMenu } from './scenario-menu.tsx'
import type { Scenario } from './scenarios.ts'
import { Script } from './script.tsx'

export interface Order extends Omit<Schemas['NewSimulation'], 'faults'> {
  readonly carrier: string
  readonly faults?: Record<string, unknown>
  /** Both sides are to be heard at once. */
  readonly hear: boolean
}

export interface CallerProps {
  readonly simulators: readonly Schemas['Simulator'][]
  readonly agents: readonly Schemas['Agent'][]
  readonly allowed: boolean
  readonly onStart: (order: Order) => Promise<void>
}

const first: readonly Act[] = [{ id: 1, type: 'say', text: 'What are your opening hours?' }]

type Chosen = Omit<Scenario, 'faults' | 'name'>

export function Caller({ simulators, agents, allowed, onStart }: CallerProps) {
  const { chosen, set, simulator, fields, form, tried, load, order } = useOrder(simulators)
  const [hear, setHear] = useState(true)
  const [pending, setPending] = useState(false)
  const start = async () => {
    const ready = order()
    if (!ready) return
    setPending(true)
    await onStart({ ...ready, hear })
    setPending(false)
  }
  return (
    <FormProvider {...form}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void start()
        }}
        className="flex flex-col gap-5"
      >
        <Who {...{ simulators, simulator, agents, chosen, set }} />
        <Part title="What they do" hint="One after the other; before each, the caller lets the agent finish.">
          <Script acts={chosen.acts} onChange={(acts) => set({ acts })} tried={tried} />
        </Part>
        <div className="flex flex-col gap-3">
          <SwitchRow
            checked={chosen.stayOnLine}
            onChange={(stayOnLine) => set({ stayOnLine })}
            hint="Say more while it runs; otherwise they hang up."
          >
            Stay on the line afterwards
          </SwitchRow>
          <SwitchRow checked={hear} onChange={setHear}>
            Let me hear both sides
          </SwitchRow>
        </div>
        <Faults fields={fields} />
        <div className="flex flex-wrap items-center justify-between gap-2 border-t border-line pt-4">
          <ScenarioMenu
            current={() => ({ ...chosen, faults: saidFaults(settingsOf(fields, form.getValues('faults'))) })}
            onLoad={load}
          />
          <Button variant="primary" size="lg" type="submit" icon={<PhoneCall />} pending={pending} disabled={!allowed}>
            Start the call
          </Button>
        </div>
      </form>
    </FormProvider>
  )
}

/** What is chosen so far, and the order that it makes once nothing in it is wrong. */
function useOrder(simulators: CallerProps['simulators']) {
  const [chosen, setChosen] = useState<Chosen>({
    ...{ carrier: simulators[0]?.carrier ?? '', from: '', to: '', agent: '', acts: first, stayOnLine: false },
  })
  const [tried, setTried] = useState(false)
  const [given, setGiven] = useState<Scenario['faults']>({})
  const simulator = simulators.find(({ carrier }) => carrier === chosen.carrier) ?? simulators[0]
  const fields = useMemo(() => fieldsOf(simulator?.faults ?? {}, { sparse: true }), [simulator])
  const values = useMemo(() => ({ faults: valuesOf(fields, given) }), [fields, given])
  const form = useForm<{ faults: FormValues }>({ values })
  const order = () => {
    setTried(true)
    const faults = form.getValues('faults')
    const wrong = Object.entries(faultsOf(fields, faults))
    for (const [path, message] of wrong) form.setError(`faults.${path}`, { message })
    if (wrong.length > 0 || chosen.acts.some((act) => faultOf(act) !== undefined)) return undefined
    return orderOf(chosen, saidFaults(settingsOf(fields, faults)))
  }
  const load = ({ carrier, from, to, agent, acts, stayOnLine, faults }: Scenario) => {
    setChosen({ carrier, from, to, agent, acts, stayOnLine })
    setGiven(faults)
    setTried(false)
  }
  const set = (part: Partial<Chosen>) => setChosen({ ...chosen, ...part })
  return { chosen, set, simulator, fields, form, tried, load, order }
}

/** What is empty is left out: the gateway has its own idea of it. */
function orderOf(chosen: Chosen, faults: Record<string, unknown>): Omit<Order, 'hear'> {
  const { carrier, from, to, agent, acts, stayOnLine } = chosen
  return {
    ...{ carrier, stayOnLine, script: scriptOf(acts) },
    ...(from.trim() === '' ? {} : { from: from.trim() }),
    ...(to === '' ? {} : { to }),
    ...(agent === '' ? {} : { agent }),
    ...(Object.keys(faults).length === 0 ? {} : { faults }),
  }
}

interface WhoProps extends Pick<CallerProps, 'simulators' | 'agents'> {
  readonly simulator: Schemas['Simulator'] | undefined
  readonly chosen: Chosen
  readonly set: (part: Partial<Chosen>) => void
}

function Who({ simulators, simulator, agents, chosen, set }: WhoProps) {
  const numbers = simulator?.numbers ?? []
  const nameOf = (id: string | null) => agents.find((agent) => agent.id === id)?.name ?? 'nobody'
  return (
    <div className="grid grid-cols-2 gap-x-4 gap-y-3.5">
      <Field label="Carrier" className="col-span-2">
        <Select
          choices={simulators.map(({ carrier, label }) => ({ value: carrier, label }))}
          value={simulator?.carrier}
          onChange={(carrier) => set({ carrier, to: '' })}
        />
      </Field>
      <Field label="Calls">
        <Select
          choices={numbers.map(({ number, agent }) => ({ value: number, label: phone(number), hint: nameOf(agent) }))}
          value={chosen.to === '' ? numbers[0]?.number : chosen.to}
          onChange={(to) => set({ to })}
          placeholder="No number"
        />
      </Field>
      <Field label="From" optional>
        <Input
          value={chosen.from}
          onChange={(event) => set({ from: event.target.value })}
          placeholder="+15550199999"
          inputMode="tel"
          autoComplete="off"
        />
      </Field>
      <Field label="Answered by" className="col-span-2">
        <Select
          choices={[
            { value: '', label: 'Whoever the number belongs to' },
            ...agents.map(({ id, name, provider }) => ({ value: id, label: name, hint: provider })),
          ]}
          value={chosen.agent}
          onChange={(agent) => set({ agent })}
          placeholder="Whoever the number belongs to"
        />
      </Field>
    </div>
  )
}

interface PartProps {
  readonly title: string
  readonly hint: string
  readonly children: ReactNode
}

function Part({ title, hint, children }: PartProps) {
  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-medium">{title}</legend>
      <p className="mt-0.5 mb-2.5 text-xs text-ink-3">{hint}</p>
      {children}
    </fieldset>
  )
}
