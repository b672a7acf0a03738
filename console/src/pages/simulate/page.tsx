/** Simulated phone. */
import { Page } from '../../ui/page.tsx'

export function SimulatePage() {
  return <Page title="Simulated phone">{null}</Page>
}
