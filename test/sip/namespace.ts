/** A network of a test's own (Linux): a namespace with one telephone line to this machine, both gone when the test is. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { absent } from '../services/need.ts'
import { run, start } from '../services/process.ts'
import type { Scope } from '../../src/lib/scope.ts'

export interface Namespace {
  /** This machine's end, which nobody else reaches. */
  readonly here: string
  /** The other end, and the interface that has it. */
  readonly there: string
  readonly name: string
  /** What runs a command inside: put before it. */
  readonly inside: readonly string[]
}

const asRoot: readonly string[] = process.getuid?.() === 0 ? [] : ['sudo', '-n']
/** Of four addresses each, in a block that is kept for tests of networks (RFC 2544): no machine's own is in it. */
const network = '198.18.0'
const lines = 64

/** False where nobody may make one, and tests may be skipped for want of it. */
export function namespacesAllowed(): boolean {
  const [command, ...args] = [...asRoot, 'unshare', '--net', 'ip', 'link', 'add', 'name', 'a', 'type', 'veth']
  try {
    execFileSync(command, args, { stdio: 'pipe' })
    return true
  } catch (error) {
    return absent('the right to make network namespaces', String(error)) !== undefined
  }
}

export async function openNamespace(scope: Scope): Promise<Namespace> {
  // It lives as long as we do, however we end: then its input ends, and with it the namespace and both interfaces.
  const keeper = ['unshare', '--net', 'sh', '-c', 'echo $$; exec cat']
  const [command = '', ...args] = [...asRoot, ...keeper]
  const { child } = start(scope, command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [said] = await once(child.stdout!, 'data')
  const id = String(said).trim()
  const inside = [...asRoot, 'nsenter', `--net=/proc/${id}/ns/net`]
  const [outer, name] = [`offhook${id}`, 'line']
  const { here, there } = freeAddresses()
  const ip = (...words: readonly string[]) => order([...asRoot, 'ip', ...words])
  await ip('link', 'add', 'name', outer, 'type', 'veth', 'peer', 'name', name, 'netns', id)
  await ip('address', 'add', `${here}/30`, 'dev', outer)
  await ip('link', 'set', outer, 'up')
  await order([...inside, 'ip', 'address', 'add', `${there}/30`, 'dev', name])
  await order([...inside, 'ip', 'link', 'set', name, 'up'])
  return { here, there, name, inside }
}

function freeAddresses(): { readonly here: string; readonly there: string } {
  const used = new Set(Object.values(networkInterfaces()).flatMap((some) => some?.map(({ address }) => address) ?? []))
  for (let step = 0; step < lines; step++) {
    // Two that run at once begin at different places.
    const block = ((process.pid + step) % lines) * 4
    const here = `${network}.${block + 1}`
    if (!used.has(here)) return { here, there: `${network}.${block + 2}` }
  }
  throw new Error(`${network}.0/24 is full: telephone lines of tests that never ended`)
}

function order([command = '', ...args]: readonly string[]): Promise<string> {
  return run(command, args)
}
