/** New connection. */
import { Page } from '../../ui/page.tsx'

export function NewConnectionPage() {
  return <Page title="New connection">{null}</Page>
}
