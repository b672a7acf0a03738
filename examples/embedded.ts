/** The engine in a program of your own, with an agent of your own: `node embedded.ts`. Simulated carriers stand in until there is an account. */
import { createOffhook, defineAgent } from 'offhook'

const parrot = defineAgent({ name: 'parrot', open: (_call, { say }) => ({ hear: (pcm) => say(pcm) }) })

await using offhook = await createOffhook({ agents: [parrot], simulators: true })
offhook.on('*', ({ call, event }) => console.log(call, event.type))

const call = await offhook.call({ to: '+15550100002', agent: 'parrot', maxDuration: 3_000 })
const { status, endReason } = await offhook.ended(call.id)
console.log(`the call is ${status}: ${endReason}`)
