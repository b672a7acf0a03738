/** Where somebody's own markup or flow sends the calls of a number: the address of its media stream. */
import { useQuery } from '@tanstack/react-query'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { phone } from '../../lib/format.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Copyable } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { noteDone, noteFailed } from '../../ui/toast.tsx'

interface StreamProps {
  readonly row: Schemas['PhoneNumber']
  readonly open: boolean
  readonly onClose: () => void
}

export function StreamDialog({ row, open, onClose }: StreamProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Stream address of ${phone(row.number)}`}
      description="For calls that your own markup or flow answers: send their media stream here, and the agent of this number talks."
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <Addresses row={row} onClose={onClose} />
    </Dialog>
  )
}

function Addresses({ row, onClose }: Omit<StreamProps, 'open'>) {
  const place = { path: { id: row.connection } }
  const made = useQuery({
    queryKey: ['stream-address', row.id],
    // A number has one address until it is revoked: to ask again changes nothing.
    queryFn: () => read(api.POST('/v1/connections/{id}/stream-addresses', { params: place, body: { number: row.id } })),
  })
  const revoke = async () => {
    try {
      await read(api.DELETE('/v1/connections/{id}/stream-addresses', { params: place }))
      queries.removeQueries({ queryKey: ['stream-address'] })
      noteDone('All stream addresses of this connection are void')
      onClose()
    } catch (error) {
      noteFailed('The addresses were not revoked', error)
    }
  }
  if (made.isError)
    return <ErrorState title="There is no address" error={made.error} onRetry={() => void made.refetch()} />
  if (!made.data) return <SkeletonRows rows={2} />
  const { address, url, token } = made.data
  return (
    <div className="flex flex-col gap-3.5">
      <Value title="Address, with the token in it" label="Copy the address">
        {address}
      </Value>
      <Value title="Or the address alone …" label="Copy the address without the token">
        {url}
      </Value>
      <Value title="… with the token as the stream’s parameter “token”" label="Copy the token">
        {token}
      </Value>
      <Callout tone="warn">Whoever has the token can begin calls of this connection.</Callout>
      <Button variant="danger" size="sm" className="self-start" onClick={() => void revoke()}>
        Make all addresses of this connection void
      </Button>
    </div>
  )
}

function Value({
  title,
  label,
  children,
}: {
  readonly title: string
  readonly label: string
  readonly children: string
}) {
  return (
    <div className="min-w-0">
      <p className="mb-1 text-xs font-medium text-ink-2">{title}</p>
      <Copyable label={label}>{children}</Copyable>
    </div>
  )
}
