/** What the caller does next, while the call runs. */
import { Grid3x3, PhoneOff, SendHorizontal } from 'lucide-react'
import { useState } from 'react'
import { api, read, type Schemas } from '../../lib/api.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Input } from '../../ui/field.tsx'
import { noteFailed } from '../../ui/toast.tsx'
import { Keypad } from '../live/keypad.tsx'
import { RecordButton } from './record.tsx'

export function More({ simulation }: { readonly simulation: string }) {
  const [text, setText] = useState('')
  const [keypad, setKeypad] = useState(false)
  const act = (next: Schemas['Act']) => {
    ask(simulation, next).catch((error: unknown) => noteFailed('The caller did not do it', error))
  }
  const say = () => {
    if (text.trim() === '') return
    act({ say: text.trim() })
    setText('')
  }
  return (
    <section
      aria-label="What the caller does next"
      className="sticky bottom-3 flex flex-col gap-3 rounded-xl border border-line bg-raised p-3 shadow-lift"
    >
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          say()
        }}
      >
        <Input
          aria-label="What the caller says next"
          placeholder="Say something as the caller"
          value={text}
          onChange={(event) => setText(event.target.value)}
          maxLength={2_000}
          className="min-w-48 flex-1"
        />
        <IconButton variant="primary" type="submit" label="Say it">
          <SendHorizontal />
        </IconButton>
        <RecordButton onClip={({ base64 }) => act({ audio: base64 })} />
        <Button size="sm" icon={<Grid3x3 />} aria-pressed={keypad} onClick={() => setKeypad(!keypad)}>
          Keys
        </Button>
        <Button size="sm" variant="danger" icon={<PhoneOff />} onClick={() => act({ hangup: true })}>
          Caller hangs up
        </Button>
      </form>
      {keypad && <Keypad onKey={(key) => act({ digits: key })} />}
    </section>
  )
}

async function ask(simulation: string, act: Schemas['Act']): Promise<void> {
  const path = { simulation }
  await read(api.POST('/v1/simulators/calls/{simulation}/acts', { params: { path }, body: { script: [act] } }))
}
