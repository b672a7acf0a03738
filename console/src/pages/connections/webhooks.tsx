/** Addresses that a person gives to the carrier by hand, where numbers are not pointed from here. */
import { words } from '../../lib/format.ts'
import { Copyable } from '../../ui/copy.tsx'
import { Section } from '../../ui/page.tsx'

export function Webhooks({ addresses }: { readonly addresses: Readonly<Record<string, string>> }) {
  const entries = Object.entries(addresses)
  if (entries.length === 0) return null
  return (
    <Section
      title="Addresses for the carrier"
      lead="Saving the connection or pointing a number sets them for you, where the carrier has a way."
    >
      <div className="flex flex-col gap-3.5">
        {entries.map(([purpose, address]) => (
          <div key={purpose} className="min-w-0">
            <p className="mb-1 text-xs font-medium text-ink-2">{words(purpose)}</p>
            <Copyable label={`Copy the ${purpose} address`}>{address}</Copyable>
          </div>
        ))}
      </div>
    </Section>
  )
}
