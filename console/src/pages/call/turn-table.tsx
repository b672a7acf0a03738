/** The same turns in numbers: for those who want them exactly, or cannot see bars. */
import { span } from '../../lib/format.ts'
import { order, stagesOf, totalOf } from './stages.ts'
import type { Turn } from './story.ts'

export function TurnTable({ turns }: { readonly turns: readonly Turn[] }) {
  const seen = new Set(turns.flatMap(({ timings }) => stagesOf(timings).map(({ name }) => name)))
  const columns = order.filter(({ name }) => seen.has(name))
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded-sm text-ink-2 hover:text-ink">In numbers</summary>
      <div className="mt-2 overflow-x-auto">
        <table className="text-right tabular-nums">
          <caption className="sr-only">What each stage of each turn took</caption>
          <thead className="text-xs text-ink-3">
            <tr>
              <th scope="col" className="pr-4 text-left font-normal">
                Turn
              </th>
              {columns.map(({ name, label, about }) => (
                <th key={name} scope="col" title={about} className="px-2 font-normal whitespace-nowrap">
                  {label}
                </th>
              ))}
              <th scope="col" className="pl-4 font-normal">
                Silence heard
              </th>
            </tr>
          </thead>
          <tbody>
            {turns.map((turn) => (
              <TurnLine key={`${turn.turn}-${turn.at}`} turn={turn} columns={columns} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function TurnLine({ turn: { turn, timings }, columns }: { readonly turn: Turn; readonly columns: typeof order }) {
  const took = new Map(stagesOf(timings).map((stage) => [stage.name, stage.took] as const))
  const total = totalOf(timings)
  const shown = (ms: number | undefined) => (ms === undefined ? '–' : span(ms))
  return (
    <tr>
      <th scope="row" className="pr-4 text-left font-normal">
        {turn}
      </th>
      {columns.map(({ name }) => (
        <td key={name} className="px-2 whitespace-nowrap">
          {shown(took.get(name))}
        </td>
      ))}
      <td className="pl-4 font-medium whitespace-nowrap">{shown(total)}</td>
    </tr>
  )
}
