/** What a call cost, part by part: the carrier's word, and what its agent used at the prices in force. */
import { Link } from '@tanstack/react-router'
import type { Schemas } from '../../lib/api.ts'
import { costWords, partLabels, totalWords, usageWords, type CostPart } from '../../lib/prices.ts'
import { Section } from '../../ui/page.tsx'

export function CostSection({ costs }: { readonly costs: Schemas['CallInFull']['costs'] }) {
  return (
    <Section title="Cost" lead="What was used, at the prices of your settings.">
      <table className="w-full text-sm">
        <thead className="sr-only">
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Used</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          {costs.parts.map((part) => (
            <PartRow key={`${part.part} ${part.provider} ${part.model ?? ''}`} part={part} />
          ))}
        </tbody>
        <tfoot>
          <tr className="border-t border-line font-medium">
            <th scope="row" colSpan={2} className="pt-2 text-left font-medium">
              Together
            </th>
            <td className="pt-2 text-right tabular-nums">{totalWords(costs)}</td>
          </tr>
        </tfoot>
      </table>
      {!costs.complete && (
        <p className="mt-3 text-xs text-ink-3">
          What has no price stays unknown until you{' '}
          <Link to="/settings" search={{ tab: 'prices' }} className="text-accent underline-offset-2 hover:underline">
            give it one
          </Link>
          .
        </p>
      )}
    </Section>
  )
}

function PartRow({ part }: { readonly part: CostPart }) {
  const unknown = part.cost === null
  return (
    <tr className="align-top">
      <th scope="row" className="py-1.5 pr-4 text-left font-normal">
        {partLabels[part.part]}
        <span className="block text-xs text-ink-3">{[part.provider, part.model].filter(Boolean).join(', ')}</span>
      </th>
      <td className="py-1.5 pr-4 text-xs text-ink-2">{usageWords(part.usage) || '–'}</td>
      <td className={unknown ? 'py-1.5 text-right text-xs text-warn' : 'py-1.5 text-right tabular-nums'}>
        {costWords(part)}
      </td>
    </tr>
  )
}
