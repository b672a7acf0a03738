/** Numbers. */
import { Page } from '../../ui/page.tsx'

export function NumbersPage() {
  return <Page title="Numbers">{null}</Page>
}
