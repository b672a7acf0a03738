/** Where a person finds the settings at the vendor, beside the form that asks for them. */
import { Section } from '../../ui/page.tsx'

export function Checklist({ steps }: { readonly steps: readonly string[] }) {
  if (steps.length === 0) return null
  return (
    <Section title="Where to find it">
      <ol className="flex flex-col gap-3.5">
        {steps.map((step, index) => (
          <li key={step} className="flex gap-3 text-sm text-pretty text-ink-2">
            <span
              className="flex size-5 shrink-0 items-center justify-center rounded-full bg-sunken text-2xs font-semibold text-ink-2 tabular-nums"
              aria-hidden
            >
              {index + 1}
            </span>
            <span className="min-w-0 [overflow-wrap:anywhere]">{step}</span>
          </li>
        ))}
      </ol>
    </Section>
  )
}
