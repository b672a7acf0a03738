/** What stands around every page. */
import { Outlet, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { onSignedOut } from '../lib/api.ts'
import { useStaleCalls } from './stale.ts'
import { BottomBar, Sidebar } from './navigation.tsx'
import { forget } from './session.ts'

export function Shell() {
  const router = useRouter()
  useStaleCalls()
  useEffect(() => {
    onSignedOut(() => {
      forget()
      void router.navigate({ to: '/sign-in', search: { to: router.state.location.href } })
    })
  }, [router])
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-lg bg-accent px-3 py-2 text-sm font-medium text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <Sidebar />
      <main
        id="content"
        tabIndex={-1}
        data-scroll-restoration-id="content"
        className="min-h-0 min-w-0 flex-1 overflow-x-hidden overflow-y-auto outline-none"
      >
        <Outlet />
      </main>
      <BottomBar />
    </div>
  )
}
