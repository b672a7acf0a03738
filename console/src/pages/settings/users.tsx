/** People who may sign in, and as what. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Ellipsis, KeyRound, Pencil, Plus, Trash2, Users } from 'lucide-react'
import { useState } from 'react'
import { useSession } from '../../app/session.ts'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { words } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { Section } from '../../ui/page.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { PasswordDialog, UserDialog } from './user-dialogs.tsx'

type User = Schemas['User']

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async () => (await read(api.GET('/v1/users'))).items,
})

interface Open {
  readonly what: 'edit' | 'password' | 'remove'
  readonly user: User
  /** False once it is closed: what it was about is still read while it fades. */
  readonly shown: boolean
}

export function UsersTab() {
  const users = useQuery(usersQuery)
  const [adding, setAdding] = useState(false)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen((before) => before && { ...before, shown: false })
  const isOpen = (what: Open['what']) => open?.shown === true && open.what === what
  const add = (
    <Button icon={<Plus />} onClick={() => setAdding(true)}>
      Add a person
    </Button>
  )
  if (users.isError)
    return <ErrorState title="The people could not be read" error={users.error} onRetry={() => void users.refetch()} />
  return (
    <Section
      flush
      title="People"
      lead="Owners may do everything; operators run calls and configuration; viewers only look."
      actions={add}
    >
      {users.isPending && <SkeletonRows rows={3} />}
      {users.data?.length === 0 && (
        <EmptyState icon={<Users />} title="Nobody signs in by name yet">
          Add yourself as the first owner, and sign in with your email from then on.
        </EmptyState>
      )}
      {users.data && users.data.length > 0 && <People rows={users.data} onOpen={setOpen} />}
      <UserDialog open={adding} onClose={() => setAdding(false)} first={users.data?.length === 0} />
      {open && <UserDialog open={isOpen('edit')} onClose={close} user={open.user} />}
      <PasswordDialog open={isOpen('password')} onClose={close} user={open?.user} />
      <Confirm
        open={isOpen('remove')}
        onClose={close}
        title={`Remove ${open?.user.name ?? ''}?`}
        action="Remove person"
        onConfirm={async () => open && remove(open.user)}
      >
        They are signed out everywhere at once, and cannot sign in again.
      </Confirm>
    </Section>
  )
}

async function remove(user: User): Promise<void> {
  await read(api.DELETE('/v1/users/{id}', { params: { path: { id: user.id } } }))
  await queries.invalidateQueries({ queryKey: usersQuery.queryKey })
  noteDone(`${user.name} was removed`)
}

function People({ rows, onOpen }: { readonly rows: readonly User[]; readonly onOpen: (open: Open) => void }) {
  const session = useSession()
  const columns: readonly Column<User>[] = [
    {
      key: 'name',
      title: 'Name',
      width: 'minmax(8rem,1fr)',
      cell: ({ id, name }) => (
        <span className="flex items-center gap-2 font-medium">
          <span className="truncate" title={name}>
            {name}
          </span>
          {session.kind === 'user' && session.id === id && <Badge>You</Badge>}
        </span>
      ),
    },
    {
      key: 'email',
      title: 'Email',
      width: 'minmax(8rem,1.5fr)',
      wideOnly: true,
      cell: ({ email }) => (
        <span className="text-ink-2" title={email}>
          {email}
        </span>
      ),
    },
    { key: 'role', title: 'Role', width: '6rem', cell: ({ role }) => words(role) },
    {
      key: 'seen',
      title: 'Last seen',
      width: '7rem',
      wideOnly: true,
      cell: ({ lastSeenAt }) => (
        <span className="text-ink-2">{lastSeenAt === null ? 'Never' : <Time at={lastSeenAt} relative />}</span>
      ),
    },
    {
      key: 'more',
      title: <span className="sr-only">More</span>,
      width: '2rem',
      align: 'end',
      cell: (user) => <UserMenu user={user} onOpen={onOpen} />,
    },
  ]
  return <Table label="People" columns={columns} rows={rows} rowKey={({ id }) => id} />
}

function UserMenu({ user, onOpen }: { readonly user: User; readonly onOpen: (open: Open) => void }) {
  return (
    <Menu
      trigger={
        <IconButton label={`More for ${user.name}`} size="sm">
          <Ellipsis />
        </IconButton>
      }
    >
      <MenuItem icon={<Pencil />} onClick={() => onOpen({ what: 'edit', user, shown: true })}>
        Change…
      </MenuItem>
      <MenuItem icon={<KeyRound />} onClick={() => onOpen({ what: 'password', user, shown: true })}>
        Set password…
      </MenuItem>
      <MenuLine />
      <MenuItem icon={<Trash2 />} danger onClick={() => onOpen({ what: 'remove', user, shown: true })}>
        Remove…
      </MenuItem>
    </Menu>
  )
}
