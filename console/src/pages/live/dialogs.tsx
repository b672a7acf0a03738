/** The questions behind a call's controls: what to say, which keys, where to. */
import { useState, type ReactNode } from 'react'
import { api, read } from '../../lib/api.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input, TextArea } from '../../ui/field.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { Keypad } from './keypad.tsx'
import { useSending } from '../../ui/sending.ts'

export interface AskProps {
  readonly call: string
  readonly open: boolean
  readonly onClose: () => void
}

const at = (id: string) => ({ params: { path: { id } } })

export function SayDialog({ call, open, onClose }: AskProps) {
  const [text, setText] = useState('')
  const send = async () => {
    await read(api.POST('/v1/calls/{id}/play', { ...at(call), body: { text: text.trim() } }))
    noteDone('Said to the caller')
    setText('')
  }
  return (
    <AskDialog
      {...{ open, onClose }}
      onSend={send}
      title="Say something to the caller"
      description="Spoken with the built-in voice, between what the agent says."
      action="Say it"
      ready={text.trim() !== ''}
    >
      <Field label="Words">
        <TextArea value={text} onChange={(event) => setText(event.target.value)} rows={3} maxLength={2_000} />
      </Field>
    </AskDialog>
  )
}

export function KeysDialog({ call, open, onClose }: AskProps) {
  const [digits, setDigits] = useState('')
  const valid = /^[0-9A-D*#wW]+$/.test(digits)
  const send = async () => {
    await read(api.POST('/v1/calls/{id}/digits', { ...at(call), body: { digits } }))
    noteDone(`Keys sent: ${digits}`)
    setDigits('')
  }
  return (
    <AskDialog
      {...{ open, onClose }}
      onSend={send}
      title="Press keys"
      description="Sent to the other side as telephone keys."
      action="Send"
      ready={valid}
    >
      <div className="flex flex-col items-center gap-4">
        <Field
          label="Keys"
          className="w-full"
          error={digits === '' || valid ? undefined : 'Only 0–9, A–D, *, # and w (a pause) are keys.'}
        >
          <Input
            value={digits}
            onChange={(event) => setDigits(event.target.value)}
            className="font-mono"
            inputMode="tel"
            maxLength={64}
          />
        </Field>
        <Keypad onKey={(key) => setDigits(digits + key)} />
      </div>
    </AskDialog>
  )
}

export function TransferDialog({ call, open, onClose }: AskProps) {
  const [to, setTo] = useState('')
  const send = async () => {
    await read(api.POST('/v1/calls/{id}/transfer', { ...at(call), body: { to: to.trim() } }))
    noteDone('Transfer asked of the carrier')
    setTo('')
  }
  return (
    <AskDialog
      {...{ open, onClose }}
      onSend={send}
      title="Transfer the caller"
      description="The carrier connects the caller with somebody else; the agent leaves."
      action="Transfer"
      ready={to.trim() !== ''}
    >
      <Field label="To" hint="A number with its country code, like +14155550100, or a SIP address.">
        <Input value={to} onChange={(event) => setTo(event.target.value)} inputMode="tel" autoComplete="tel" />
      </Field>
    </AskDialog>
  )
}

interface AskDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly description: string
  readonly action: string
  readonly ready: boolean
  readonly onSend: () => Promise<void>
  readonly children: ReactNode
}

function AskDialog({ open, onClose, title, description, action, ready, onSend, children }: AskDialogProps) {
  const { pending, fault, send, forget } = useSending()
  const close = () => {
    forget()
    onClose()
  }
  const go = () =>
    send(async () => {
      await onSend()
      close()
    })
  return (
    <Dialog
      {...{ open, title, description }}
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" type="submit" form="ask" pending={pending} disabled={!ready}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id="ask"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) void go()
        }}
      >
        {children}
        {fault !== undefined && (
          <Callout tone="bad" className="mt-4">
            {fault}
          </Callout>
        )}
      </form>
    </Dialog>
  )
}
