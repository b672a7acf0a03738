/** The page's telephone, tied to the API: tickets, and what the journal adds. */
import { api, read } from '../../lib/api.ts'
import { sentenceOf } from '../../lib/failure.ts'
import { listen } from '../../lib/events.ts'
import { Phone, type Ticket } from '../../phone/call.ts'
import { partOf } from '../call/event.ts'
import { timingsOf } from '../call/story.ts'

export const phone = new Phone({ ticket: ticketFor, sentence: sentenceOf })

/** While the page is open the journal is heard; when it is left, the phone is hung up. */
export function attachPhone(): () => void {
  const journal = listen((entry) => {
    if (entry.call !== phone.state.conversation.call || entry.event.type !== 'turn.measured') return
    const turn = Number(entry.event['turn'] ?? 0)
    phone.told({ type: 'measured', turn, timings: timingsOf(partOf(entry, 'timings')) })
  })
  return () => {
    journal[Symbol.dispose]()
    phone.hangUp()
  }
}

async function ticketFor(agent: string): Promise<Ticket> {
  const { endpoint, grant, iceServers } = await read(api.POST('/v1/grants', { body: { agent } }))
  // The gateway names itself by its public address; the page speaks to where it came from.
  const { pathname, search } = new URL(endpoint, location.href)
  return { endpoint: pathname + search, grant, iceServers }
}
