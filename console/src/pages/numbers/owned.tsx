/** Numbers that the account at the carrier already holds. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, read } from '../../lib/api.ts'
import { numbersQuery } from '../../lib/lookups.ts'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { SwitchRow } from '../../ui/switch.tsx'
import { useCapabilities } from './menu.tsx'
import type { AddProps } from './new.tsx'
import { Stock } from './stock.tsx'

export function OwnedTab({ connection, agent, onAdded }: AddProps) {
  const [point, setPoint] = useState(true)
  const canPoint = useCapabilities(connection).includes('numbers.point')
  const { data: here = [] } = useQuery(numbersQuery)
  const owned = useQuery({
    queryKey: ['stock', connection],
    queryFn: () => read(api.GET('/v1/connections/{id}/numbers', { params: { path: { id: connection } } })),
  })
  if (owned.isPending) return <SkeletonRows rows={3} />
  if (owned.isError)
    return (
      <ErrorState
        title="The carrier did not list its numbers"
        error={owned.error}
        onRetry={() => void owned.refetch()}
      />
    )
  if (owned.data.items.length === 0)
    return (
      <EmptyState title="The account holds no number">Buy one, here or at the carrier, and it appears here.</EmptyState>
    )
  const add = async (number: string) =>
    onAdded(
      await read(
        api.POST('/v1/numbers', {
          body: { connection, number, point: point && canPoint, ...(agent === '' ? {} : { agent }) },
        }),
      ),
    )
  return (
    <div className="flex flex-col gap-5">
      {canPoint && (
        <SwitchRow
          checked={point}
          onChange={setPoint}
          hint="The carrier is told to send the number’s calls to this gateway, instead of where they go now."
        >
          Point it here
        </SwitchRow>
      )}
      <Stock
        numbers={owned.data.items}
        action="Add"
        taken={new Set(here.filter((one) => one.connection === connection).map(({ number }) => number))}
        onChoose={({ number }) => add(number)}
      />
    </div>
  )
}
