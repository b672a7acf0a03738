/** How lines stand, as the gateway tells it while somebody looks. */
import { useEffect, useState } from 'react'
import { noteRefusal, type Schemas } from '../../lib/api.ts'
import { openStream } from '../../lib/stream.ts'

export type Standing = Schemas['LineStanding']
export type Refused = Standing['refused'][number]

/** Undefined before it is known, and of connections that do not listen by themselves. */
export function useStanding(connection: string): Standing | undefined {
  const [lines, setLines] = useState<readonly Standing[]>([])
  useEffect(() => {
    const stream = openStream('/v1/lines/live', {
      onEvent({ type, data }) {
        if (type !== 'lines') return
        const { items } = JSON.parse(data) as { readonly items: readonly Standing[] } // the gateway's own words
        setLines(items)
      },
      onState: (_, error) => noteRefusal(error),
    })
    return () => stream[Symbol.dispose]()
  }, [])
  return lines.find((one) => one.connection === connection)
}

const advice: Readonly<Record<string, string>> = {
  'no-trunk':
    'If this is your carrier or PBX, add its address to “Addresses that may call”. If not, leave it: a stranger gets no answer.',
  'no-agent': 'Add the number under Numbers with an agent, or name an agent in the settings of this connection.',
  'wrong-password':
    'Check the name and the password in the telephone or at the peer. From a stranger it is somebody who guesses.',
  rate: 'Nothing, if it is a scanner. If it is your peer, it sends more than the gateway takes from one address.',
  overload: 'This machine is full: give it more cores, run another gateway, or lower what each may take.',
  'busy-trunk': 'Raise “Calls in at once” of this connection, or let the peer send the rest elsewhere.',
  codecs: 'Allow a codec that the peer offers (G.711 is always understood), and see that both agree on encryption.',
  'no-ports': 'Widen OFFHOOK_RTP_PORTS, and open the same ports in the firewall.',
  'not-allowed': 'See Settings → Dialing for the numbers that may be called.',
  connections: 'Nothing, if it is a scanner. If it is your peer, let it use one connection for many calls.',
  'call-failed': 'The log of the gateway has the error with this connection’s id.',
}

/** What to do about it; nothing where this page does not know the cause. */
export function adviceFor(cause: string): string | undefined {
  return advice[cause]
}
