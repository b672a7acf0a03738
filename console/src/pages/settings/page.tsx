/** Settings of the house: keys, people, webhooks, prices, and what is kept and shown. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMay } from '../../app/session.ts'
import { Page } from '../../ui/page.tsx'
import { TabPanel, Tabs } from '../../ui/tabs.tsx'
import { DialingTab } from './dialing.tsx'
import { KeysTab } from './keys.tsx'
import { PricesTab } from './prices.tsx'
import { PrivacyTab } from './privacy.tsx'
import { UsersTab } from './users.tsx'
import { WebhooksTab } from './webhooks.tsx'

export function SettingsPage() {
  const { tab } = useSearch({ from: '/shell/settings' })
  const navigate = useNavigate({ from: '/settings' })
  const owner = useMay('admin')
  const tabs = [
    ...(owner
      ? [
          { value: 'keys', label: 'API keys' },
          { value: 'people', label: 'People' },
        ]
      : []),
    { value: 'webhooks', label: 'Webhooks' },
    { value: 'dialing', label: 'Dialing' },
    { value: 'prices', label: 'Prices' },
    { value: 'privacy', label: 'Privacy' },
  ]
  const chosen = tabs.some(({ value }) => value === tab) ? tab : tabs[0]?.value
  return (
    <Page title="Settings">
      <Tabs
        label="Settings"
        tabs={tabs}
        value={chosen ?? 'webhooks'}
        onChange={(value) => void navigate({ search: { tab: value }, replace: true })}
      >
        {owner && (
          <>
            <TabPanel value="keys">
              <KeysTab />
            </TabPanel>
            <TabPanel value="people">
              <UsersTab />
            </TabPanel>
          </>
        )}
        <TabPanel value="webhooks">
          <WebhooksTab />
        </TabPanel>
        <TabPanel value="dialing">
          <DialingTab />
        </TabPanel>
        <TabPanel value="prices">
          <PricesTab />
        </TabPanel>
        <TabPanel value="privacy">
          <PrivacyTab />
        </TabPanel>
      </Tabs>
    </Page>
  )
}
