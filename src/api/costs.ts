/** What a call cost at the prices of its organization. */
import { costsOf, pricesInForce, type Costs } from '../calls/costs.ts'
import type { Engine } from '../calls/engine.ts'
import type { CallRecord } from '../store/contract.ts'
import { houseOf } from './privacy.ts'

export async function costsIn(engine: Pick<Engine, 'store' | 'prices'>, record: CallRecord): Promise<Costs> {
  const { prices = [] } = await houseOf(engine, record.organization)
  return costsOf(record, pricesInForce(prices, engine.prices))
}
