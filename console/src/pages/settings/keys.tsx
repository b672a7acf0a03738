/** API keys: who may do what over the API. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { Section } from '../../ui/page.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { NewKey } from './new-key.tsx'
import { ShownOnce } from './once.tsx'

type Key = Schemas['ApiKey']

const keysQuery = queryOptions({ queryKey: ['keys'], queryFn: async () => (await read(api.GET('/v1/keys'))).items })

export function KeysTab() {
  const keys = useQuery(keysQuery)
  const [making, setMaking] = useState(false)
  const [secret, setSecret] = useState<string>()
  const [revoking, setRevoking] = useState<Key>()
  const made = (value: string) => {
    setSecret(value)
    void queries.invalidateQueries({ queryKey: keysQuery.queryKey })
  }
  const revoke = async (key: Key) => {
    await read(api.DELETE('/v1/keys/{id}', { params: { path: { id: key.id } } }))
    await queries.invalidateQueries({ queryKey: keysQuery.queryKey })
    noteDone(`${key.name} was revoked`)
  }
  if (keys.isError)
    return <ErrorState title="The keys could not be read" error={keys.error} onRetry={() => void keys.refetch()} />
  return (
    <Section
      flush
      title="API keys"
      lead="For programs: each with a name and only the rights it needs."
      actions={
        <Button icon={<Plus />} onClick={() => setMaking(true)}>
          New key
        </Button>
      }
    >
      {keys.isPending && <SkeletonRows rows={3} />}
      {keys.data?.length === 0 && (
        <EmptyState icon={<KeyRound />} title="There is no key">
          Make one to let a program place and steer calls.
        </EmptyState>
      )}
      {keys.data && keys.data.length > 0 && <Keys rows={keys.data} onRevoke={setRevoking} />}
      <NewKey open={making} onClose={() => setMaking(false)} onMade={made} />
      <ShownOnce
        secret={secret}
        title="Your new key"
        text="Send it as “Authorization: Bearer …” with every request."
        onClose={() => setSecret(undefined)}
      />
      <Confirm
        open={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={`Revoke ${revoking?.name ?? ''}?`}
        action="Revoke key"
        onConfirm={async () => revoking && revoke(revoking)}
      >
        Programs that use it are refused at once. This cannot be undone.
      </Confirm>
    </Section>
  )
}

function Keys({ rows, onRevoke }: { readonly rows: readonly Key[]; readonly onRevoke: (key: Key) => void }) {
  const columns: readonly Column<Key>[] = [
    {
      key: 'name',
      title: 'Name',
      width: 'minmax(8rem,1.5fr)',
      cell: ({ name }) => (
        <span className="font-medium" title={name}>
          {name}
        </span>
      ),
    },
    {
      key: 'prefix',
      title: 'Begins with',
      width: '7rem',
      wideOnly: true,
      cell: ({ prefix }) => <code className="font-mono text-xs text-ink-2">{prefix}…</code>,
    },
    {
      key: 'scopes',
      title: 'May',
      width: 'minmax(8rem,1.5fr)',
      wideOnly: true,
      cell: ({ scopes }) => (
        <span className="text-ink-2" title={scopes.join(', ')}>
          {scopes.includes('admin') ? 'Everything' : scopes.join(', ')}
        </span>
      ),
    },
    {
      key: 'used',
      title: 'Last used',
      width: '7rem',
      wideOnly: true,
      cell: ({ lastUsedAt }) => (
        <span className="text-ink-2">{lastUsedAt === null ? 'Never' : <Time at={lastUsedAt} relative />}</span>
      ),
    },
    {
      key: 'end',
      title: <span className="sr-only">Revoke</span>,
      width: '5.5rem',
      align: 'end',
      cell: (row) =>
        row.revokedAt === null ? (
          <Button size="sm" variant="danger" onClick={() => onRevoke(row)} aria-label={`Revoke ${row.name}`}>
            Revoke
          </Button>
        ) : (
          <Badge>Revoked</Badge>
        ),
    },
  ]
  return <Table label="API keys" columns={columns} rows={rows} rowKey={({ id }) => id} />
}
