/** What a carrier can: by itself, or with Offhook's means, or not, and why. */
import { Check, Minus, Wrench, type LucideIcon } from 'lucide-react'
import { cx } from '../../lib/classes.ts'
import type { Schemas } from '../../lib/api.ts'
import { Section } from '../../ui/page.tsx'

type Feature = Schemas['Provider']['features'][number]

const marks: Readonly<Record<Feature['by'], { icon: LucideIcon; tone: string; words: string }>> = {
  carrier: { icon: Check, tone: 'text-good', words: 'by the carrier' },
  engine: { icon: Wrench, tone: 'text-accent', words: 'by Offhook' },
  nobody: { icon: Minus, tone: 'text-ink-3', words: 'not possible' },
}

export function Abilities({ features }: { readonly features: readonly Feature[] }) {
  if (features.length === 0) return null
  return (
    <Section title="What it can" lead="Ticked where whole calls through a simulated carrier have shown it.">
      <ul className="flex flex-col gap-2.5">
        {features.map((feature) => (
          <Ability key={feature.name} feature={feature} />
        ))}
      </ul>
    </Section>
  )
}

function Ability({ feature: { label, by, shown, why } }: { readonly feature: Feature }) {
  const { icon: Icon, tone, words } = marks[by]
  return (
    <li className="flex gap-2.5 text-sm">
      <Icon className={cx('mt-0.5 size-4 shrink-0', tone)} aria-hidden />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        <span className={by === 'nobody' ? 'text-ink-3' : 'text-ink'}>{label}</span>
        <span className="text-ink-3">
          {' '}
          {words}
          {shown && ', shown ✓'}
        </span>
        {why && <span className="block text-xs text-pretty text-ink-3">{why}</span>}
      </span>
    </li>
  )
}
