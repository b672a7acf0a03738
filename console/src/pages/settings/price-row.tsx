/** One price of one's own: of what, by whom, how much. */
import { Trash2 } from 'lucide-react'
import { partLabels, unitLabels, type Price } from '../../lib/prices.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'

export const emptyPrice: Price = {
  ...{ part: 'llm', provider: '', model: '', unit: 'input-tokens', amount: 0, currency: 'USD' },
}

export interface PriceRowProps extends FieldsProps {
  readonly onRemove: () => void
}

interface FieldsProps {
  readonly price: Price
  /** Which one it is, for those who only hear the page. */
  readonly number: number
  readonly disabled: boolean
  readonly onChange: (price: Partial<Price>) => void
}

const parts = (['stt', 'llm', 'tts', 'agent'] as const).map((value) => ({ value, label: partLabels[value] }))
const units = Object.entries(unitLabels).map(([value, label]) => ({ value, label: `per ${label}` }))

export function PriceRow({ onRemove, ...fields }: PriceRowProps) {
  return (
    <li className="grid grid-cols-2 gap-2 lg:grid-cols-[9rem_1fr_1fr_12rem_6rem_5rem_auto]">
      <Whose {...fields} />
      <HowMuch {...fields} />
      <Button
        variant="ghost"
        icon={<Trash2 />}
        aria-label={`Remove price ${fields.number}`}
        disabled={fields.disabled}
        onClick={onRemove}
      />
    </li>
  )
}

function Whose({ price, number, disabled, onChange }: FieldsProps) {
  return (
    <>
      <Select
        label={`Part of price ${number}`}
        choices={parts}
        value={price.part}
        disabled={disabled}
        onChange={(part) => onChange({ part: part as Price['part'] })} // one of the choices
      />
      <Input
        aria-label={`Provider of price ${number}`}
        placeholder="Provider"
        required
        disabled={disabled}
        value={price.provider}
        onChange={(event) => onChange({ provider: event.target.value.trim() })}
      />
      <Input
        aria-label={`Model of price ${number}`}
        placeholder="Model, gpt-4*, or any"
        disabled={disabled}
        value={price.model}
        onChange={(event) => onChange({ model: event.target.value.trim() })}
      />
    </>
  )
}

function HowMuch({ price, number, disabled, onChange }: FieldsProps) {
  return (
    <>
      <Select
        label={`Unit of price ${number}`}
        choices={units}
        value={price.unit}
        disabled={disabled}
        onChange={(unit) => onChange({ unit: unit as Price['unit'] })} // one of the choices
      />
      <Input
        type="number"
        min={0}
        step="any"
        required
        aria-label={`Amount of price ${number}`}
        disabled={disabled}
        defaultValue={price.amount}
        onChange={({ target }) =>
          onChange({ amount: Number.isFinite(target.valueAsNumber) ? target.valueAsNumber : 0 })
        }
      />
      <Input
        aria-label={`Currency of price ${number}`}
        pattern="[A-Z]{3}"
        title="Three capitals, such as USD"
        required
        disabled={disabled}
        value={price.currency}
        onChange={(event) => onChange({ currency: event.target.value.toUpperCase() })}
      />
    </>
  )
}
