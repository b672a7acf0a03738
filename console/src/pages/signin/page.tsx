/** The way in: a one-time code from the terminal, a user's password, or an API key. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { signIn, type Credentials } from '../../app/session.ts'
import { sentenceOf } from '../../lib/failure.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Field, Input, SecretInput } from '../../ui/field.tsx'
import { Logo } from '../../ui/logo.tsx'
import { TabPanel, Tabs } from '../../ui/tabs.tsx'
import { asCode, isWhole } from './code.ts'
import { isOwnPath } from './own-path.ts'

const ways = [
  { value: 'code', label: 'One-time code' },
  { value: 'user', label: 'Password' },
  { value: 'key', label: 'API key' },
] as const

export function SignInPage() {
  const [way, setWay] = useState('code')
  return (
    <main className="flex min-h-dvh items-start justify-center px-4 pt-[max(3rem,14dvh)] pb-12">
      <title>Sign in · Offhook</title>
      <div className="w-full max-w-sm">
        <Logo className="mb-5 size-10" />
        <h1 className="text-2xl font-semibold tracking-tight">Sign in to Offhook</h1>
        <p className="mt-1 mb-6 text-sm text-ink-2">Phone lines for your voice agents, on your own machine.</p>
        <Tabs label="How to sign in" tabs={ways} value={way} onChange={setWay}>
          <TabPanel value="code">
            <CodeForm />
          </TabPanel>
          <TabPanel value="user">
            <UserForm />
          </TabPanel>
          <TabPanel value="key">
            <KeyForm />
          </TabPanel>
        </Tabs>
      </div>
    </main>
  )
}

/** One attempt at a time; what was refused is said, what was accepted leads on. */
function useAttempt() {
  const navigate = useNavigate()
  const { to } = useSearch({ from: '/sign-in' })
  const [pending, setPending] = useState(false)
  const [fault, setFault] = useState<string>()
  const attempt = async (credentials: Credentials) => {
    setPending(true)
    setFault(undefined)
    try {
      await signIn(credentials)
      await navigate({ to: to !== undefined && isOwnPath(to) ? to : '/' })
    } catch (error) {
      setFault(sentenceOf(error))
    } finally {
      setPending(false)
    }
  }
  return { attempt, pending, fault }
}

type Attempt = ReturnType<typeof useAttempt>

interface FrameProps extends Pick<Attempt, 'pending' | 'fault'> {
  readonly onSubmit: () => void
  readonly children: ReactNode
}

function Frame({ pending, fault, onSubmit, children }: FrameProps) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {children}
      {fault !== undefined && <Callout tone="bad">{fault}</Callout>}
      <Button type="submit" variant="primary" pending={pending} className="w-full">
        Sign in
      </Button>
    </form>
  )
}

function CodeForm() {
  const [code, setCode] = useState('')
  const { attempt, pending, fault } = useAttempt()
  const type = (text: string) => {
    const next = asCode(text)
    setCode(next)
    if (isWhole(next) && next !== code) void attempt({ code: next })
  }
  return (
    <Frame pending={pending} fault={fault} onSubmit={() => void attempt({ code })}>
      <Field label="Code" hint="The gateway prints it in its terminal when it starts. It works once, for 15 minutes.">
        <Input
          value={code}
          onChange={(event) => type(event.target.value)}
          placeholder="XXXX-XXXX"
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellCheck={false}
          required
          autoFocus
          className="h-11! font-mono text-lg! tracking-widest"
        />
      </Field>
    </Frame>
  )
}

function UserForm() {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const { attempt, pending, fault } = useAttempt()
  return (
    <Frame pending={pending} fault={fault} onSubmit={() => void attempt({ email, password })}>
      <Field label="Email">
        <Input
          type="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          autoComplete="username"
          required
        />
      </Field>
      <Field label="Password">
        <Input
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete="current-password"
          required
        />
      </Field>
    </Frame>
  )
}

function KeyForm() {
  const [key, setKey] = useState('')
  const { attempt, pending, fault } = useAttempt()
  return (
    <Frame pending={pending} fault={fault} onSubmit={() => void attempt({ key: key.trim() })}>
      <Field label="API key" hint="The first key is in the file admin.key of the gateway's data folder.">
        <SecretInput value={key} onChange={(event) => setKey(event.target.value)} placeholder="ohk_…" required />
      </Field>
    </Frame>
  )
}
