/** Recognisers as the engine opens them, against their vendors' simulators. */
import { realClock } from '../../src/lib/clock.ts'
import { recogniserLive } from '../conformance/stt-live.ts'
import { files, key, settingsFor, sockets, type Vendor } from './recognisers.ts'

for (const vendor of sockets) live(vendor)
live(files)

function live(vendor: Vendor): void {
  recogniserLive(vendor.name, {
    spec: vendor.spec,
    async start(scope) {
      const said: string[] = []
      const server = await vendor.start({ scope, clock: realClock, key, phrases: () => said.shift() ?? '' })
      const simulator = {
        settings: settingsFor(vendor, server),
        foreign: settingsFor(vendor, server, 'another-key-0123456789'),
        hears: (...texts: readonly string[]) => void said.push(...texts),
      }
      if (!('socket' in vendor.spec)) return simulator
      const cut = () => {
        for (const socket of server.connections) socket.cut()
      }
      return {
        ...simulator,
        cut,
        get open() {
          return server.connections.size
        },
      }
    },
  })
}
