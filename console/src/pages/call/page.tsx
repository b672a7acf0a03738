/** Call. */
import { Page } from '../../ui/page.tsx'

export function CallPage() {
  return <Page title="Call">{null}</Page>
}
