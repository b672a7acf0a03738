/** A number that a person types: for carriers without a list, for SIP addresses and extensions. */
import { useState, type SubmitEvent } from 'react'
import { api, read } from '../../lib/api.ts'
import { fieldFaults, sentenceOf } from '../../lib/failure.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { SwitchRow } from '../../ui/switch.tsx'
import type { AddProps } from './new.tsx'

export function HandTab({ connection, agent, onAdded, canPoint }: AddProps & { readonly canPoint: boolean }) {
  const [number, setNumber] = useState('')
  const [label, setLabel] = useState('')
  const [point, setPoint] = useState(false)
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const fault = fieldFaults(failure).find(({ field }) => field === 'number')?.message
  const add = async (event: SubmitEvent) => {
    event.preventDefault()
    setPending(true)
    setFailure(undefined)
    try {
      const body = { connection, number, point, ...(agent && { agent }), ...(label && { label }) }
      onAdded(await read(api.POST('/v1/numbers', { body })))
    } catch (error) {
      setFailure(error)
    } finally {
      setPending(false)
    }
  }
  return (
    <form onSubmit={(event) => void add(event)} className="flex max-w-md flex-col gap-5">
      <Field label="Number" hint="With plus and country code; a SIP address or an extension works too." error={fault}>
        <Input
          value={number}
          onChange={(event) => setNumber(event.target.value)}
          placeholder="+14155550100"
          autoComplete="off"
          required
          maxLength={255}
        />
      </Field>
      <Field label="Label" optional>
        <Input value={label} onChange={(event) => setLabel(event.target.value)} maxLength={200} />
      </Field>
      {canPoint && (
        <SwitchRow
          checked={point}
          onChange={setPoint}
          hint="The carrier is told to send the number’s calls to this gateway. The number must be in your account there."
        >
          Point it here
        </SwitchRow>
      )}
      {failure !== undefined && fault === undefined && <Callout tone="bad">{sentenceOf(failure)}</Callout>}
      <div>
        <Button type="submit" variant="primary" pending={pending}>
          Add number
        </Button>
      </div>
    </form>
  )
}
