/** What every page shares: tooltips and notes. Styles are the build's own files, so nothing is added to the page as a style element. */
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { Outlet } from '@tanstack/react-router'
import { Toaster } from '../ui/toast.tsx'

export function Root() {
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={400}>
        <Outlet />
        <Toaster />
      </Tooltip.Provider>
    </CSPProvider>
  )
}
