/** Browser phone. */
import { Page } from '../../ui/page.tsx'

export function PhonePage() {
  return <Page title="Browser phone">{null}</Page>
}
