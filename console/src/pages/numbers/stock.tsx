/** Numbers at a carrier, as a list with one thing to do. */
import { useState } from 'react'
import type { Schemas } from '../../lib/api.ts'
import { sentenceOf } from '../../lib/failure.ts'
import { phone } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'

type CarrierNumber = Schemas['CarrierNumber']

export interface StockProps {
  readonly numbers: readonly CarrierNumber[]
  readonly action: string
  readonly onChoose: (number: CarrierNumber) => Promise<unknown>
  /** Numbers that are here already. */
  readonly taken?: ReadonlySet<string>
}

export function Stock({ numbers, action, onChoose, taken }: StockProps) {
  const [pending, setPending] = useState<string>()
  const [fault, setFault] = useState<string>()
  const choose = async (one: CarrierNumber) => {
    setPending(one.number)
    setFault(undefined)
    try {
      await onChoose(one)
    } catch (error) {
      setFault(sentenceOf(error))
    } finally {
      setPending(undefined)
    }
  }
  return (
    <>
      {fault !== undefined && (
        <Callout tone="bad" className="mb-4">
          {fault}
        </Callout>
      )}
      <ul className="divide-y divide-line rounded-lg border border-line">
        {numbers.map((one) => (
          <li key={one.number} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3.5 py-2.5 text-sm">
            <span className="font-medium tabular-nums">{phone(one.number)}</span>
            <span className="min-w-0 flex-1 truncate text-ink-3">
              {[one.label, one.locality, one.country]
                .filter((part) => part !== null && part !== one.number)
                .join(' · ')}
            </span>
            {taken?.has(one.number) === true ? (
              <Badge>Here already</Badge>
            ) : (
              <Button
                size="sm"
                pending={pending === one.number}
                disabled={pending !== undefined}
                onClick={() => void choose(one)}
                aria-label={`${action} ${one.number}`}
              >
                {action}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}
