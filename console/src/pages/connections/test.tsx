/** Asks the carrier whether the stored settings work, and says what it answered. */
import { PlugZap } from 'lucide-react'
import { useState } from 'react'
import { api, read } from '../../lib/api.ts'
import { sentenceOf } from '../../lib/failure.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'

interface Outcome {
  readonly ok: boolean
  readonly message: string
}

export function TestButton({ id }: { readonly id: string }) {
  const [pending, setPending] = useState(false)
  const [outcome, setOutcome] = useState<Outcome>()
  const test = async () => {
    setPending(true)
    try {
      setOutcome(await read(api.POST('/v1/connections/{id}/test', { params: { path: { id } } })))
    } catch (error) {
      setOutcome({ ok: false, message: sentenceOf(error) })
    } finally {
      setPending(false)
    }
  }
  return (
    <>
      <Button icon={<PlugZap />} pending={pending} onClick={() => void test()}>
        Test this connection
      </Button>
      <Dialog
        open={outcome !== undefined}
        onClose={() => setOutcome(undefined)}
        title={outcome?.ok === false ? 'The connection does not work' : 'The connection works'}
        footer={<Button onClick={() => setOutcome(undefined)}>Close</Button>}
      >
        {outcome && <Callout tone={outcome.ok ? 'good' : 'bad'}>{outcome.message}</Callout>}
      </Dialog>
    </>
  )
}
