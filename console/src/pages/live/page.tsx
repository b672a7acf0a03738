/** Live calls. */
import { Page } from '../../ui/page.tsx'

export function LivePage() {
  return <Page title="Live calls">{null}</Page>
}
