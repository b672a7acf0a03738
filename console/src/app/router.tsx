/** Every address of the console. Each page is a chunk of its own, loaded when it is first wanted. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type ErrorComponentProps,
} from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { queries } from '../lib/api.ts'
import { callSearch } from '../lib/call-search.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Page } from '../ui/page.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { Root } from './root.tsx'
import { sessionQuery } from './session.ts'
import { Shell } from './shell.tsx'

type Search = Readonly<Record<string, unknown>>
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

const root = createRootRoute({
  component: Root,
  errorComponent: (props) => (
    <main>
      <Broken {...props} />
    </main>
  ),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Search): { to?: string } => ({ to: text(search['to']) }),
  component: lazyRouteComponent(() => import('../pages/signin/page.tsx'), 'SignInPage'),
})

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ location }) => {
    const session = await queries.ensureQueryData(sessionQuery)
    if (!session) throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { to: location.href } })
  },
  component: Shell,
})

const inShell = { getParentRoute: () => shell, errorComponent: Broken } as const

const home = createRoute({
  ...inShell,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/home/page.tsx'), 'HomePage'),
})
const phone = createRoute({
  ...inShell,
  path: '/phone',
  validateSearch: (search: Search): { agent?: string } => ({ agent: text(search['agent']) }),
  component: lazyRouteComponent(() => import('../pages/phone/page.tsx'), 'PhonePage'),
})
const simulate = createRoute({
  ...inShell,
  path: '/simulate',
  component: lazyRouteComponent(() => import('../pages/simulate/page.tsx'), 'SimulatePage'),
})
const live = createRoute({
  ...inShell,
  path: '/live',
  component: lazyRouteComponent(() => import('../pages/live/page.tsx'), 'LivePage'),
})
const calls = createRoute({
  ...inShell,
  path: '/calls',
  validateSearch: callSearch,
  component: lazyRouteComponent(() => import('../pages/calls/page.tsx'), 'CallsPage'),
})
const call = createRoute({
  ...inShell,
  path: '/calls/$id',
  validateSearch: (search: Search): { tab?: string; at?: number } => ({
    tab: text(search['tab']),
    at: typeof search['at'] === 'number' ? search['at'] : undefined,
  }),
  component: lazyRouteComponent(() => import('../pages/call/page.tsx'), 'CallPage'),
})
const agents = createRoute({
  ...inShell,
  path: '/agents',
  component: lazyRouteComponent(() => import('../pages/agents/page.tsx'), 'AgentsPage'),
})
const newAgent = createRoute({
  ...inShell,
  path: '/agents/new',
  validateSearch: (search: Search): { provider?: string } => ({ provider: text(search['provider']) }),
  component: lazyRouteComponent(() => import('../pages/agents/new.tsx'), 'NewAgentPage'),
})
const agent = createRoute({
  ...inShell,
  path: '/agents/$id',
  component: lazyRouteComponent(() => import('../pages/agents/one.tsx'), 'AgentPage'),
})
const numbers = createRoute({
  ...inShell,
  path: '/numbers',
  component: lazyRouteComponent(() => import('../pages/numbers/page.tsx'), 'NumbersPage'),
})
const newNumber = createRoute({
  ...inShell,
  path: '/numbers/new',
  validateSearch: (search: Search): { connection?: string } => ({ connection: text(search['connection']) }),
  component: lazyRouteComponent(() => import('../pages/numbers/new.tsx'), 'NewNumberPage'),
})
const connections = createRoute({
  ...inShell,
  path: '/connections',
  component: lazyRouteComponent(() => import('../pages/connections/page.tsx'), 'ConnectionsPage'),
})
const newConnection = createRoute({
  ...inShell,
  path: '/connections/new',
  validateSearch: (search: Search): { kind?: string; provider?: string } => ({
    kind: text(search['kind']),
    provider: text(search['provider']),
  }),
  component: lazyRouteComponent(() => import('../pages/connections/new.tsx'), 'NewConnectionPage'),
})
const connection = createRoute({
  ...inShell,
  path: '/connections/$id',
  component: lazyRouteComponent(() => import('../pages/connections/one.tsx'), 'ConnectionPage'),
})
const settings = createRoute({
  ...inShell,
  path: '/settings',
  validateSearch: (search: Search): { tab?: string } => ({ tab: text(search['tab']) }),
  component: lazyRouteComponent(() => import('../pages/settings/page.tsx'), 'SettingsPage'),
})
const webhook = createRoute({
  ...inShell,
  path: '/settings/webhooks/$id',
  component: lazyRouteComponent(() => import('../pages/settings/webhook.tsx'), 'WebhookPage'),
})

const nowhere = createRoute({ ...inShell, path: '$', component: Nowhere })

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    shell.addChildren([
      ...[home, phone, simulate, live, calls, call, agents, newAgent, agent],
      ...[numbers, newNumber, connections, newConnection, connection, settings, webhook, nowhere],
    ]),
  ]),
  defaultPreload: 'intent',
  defaultNotFoundComponent: Nowhere,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page failed">
      <ErrorState title="This page could not be shown" error={error} onRetry={reset} />
    </Page>
  )
}

function Nowhere() {
  return (
    <Page title="Nothing here">
      <EmptyState
        icon={<Compass />}
        title="There is nothing at this address"
        action={
          <ButtonLink to="/" variant="primary">
            Go to Home
          </ButtonLink>
        }
      >
        What was here may have been removed, or the link is not complete.
      </EmptyState>
    </Page>
  )
}
