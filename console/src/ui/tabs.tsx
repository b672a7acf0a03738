/** Several views of one thing; the chosen one can stand in the URL. */
import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

export interface Tab {
  readonly value: string
  readonly label: ReactNode
  /** A small figure beside the label. */
  readonly count?: number | undefined
}

export interface TabsProps {
  readonly tabs: readonly Tab[]
  readonly value: string
  readonly onChange: (value: string) => void
  /** One `TabPanel` for each tab. */
  readonly children: ReactNode
  readonly label: string
}

export function Tabs({ tabs, value, onChange, children, label }: TabsProps) {
  return (
    <Base.Root value={value} onValueChange={(chosen) => onChange(String(chosen))}>
      <div className="overflow-x-auto border-b border-line [scrollbar-width:none]">
        <Base.List aria-label={label} className="relative flex gap-5">
          {tabs.map((tab) => (
            <Base.Tab
              key={tab.value}
              value={tab.value}
              className="flex items-center gap-1.5 border-b-2 border-transparent pt-1 pb-2 text-sm font-medium whitespace-nowrap text-ink-3 -outline-offset-2 transition-colors select-none hover:text-ink data-active:border-accent data-active:text-ink"
            >
              {tab.label}
              {tab.count !== undefined && (
                <span className="rounded-full bg-sunken px-1.5 text-2xs text-ink-2 tabular-nums">{tab.count}</span>
              )}
            </Base.Tab>
          ))}
        </Base.List>
      </div>
      {children}
    </Base.Root>
  )
}

export function TabPanel({ value, children }: { readonly value: string; readonly children: ReactNode }) {
  return (
    <Base.Panel value={value} className="pt-5 outline-none">
      {children}
    </Base.Panel>
  )
}
