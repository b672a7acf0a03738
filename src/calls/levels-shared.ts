/** Levels of calls that other processes run: they measure while somebody anywhere looks, and say what they hear. */
import type { Timer } from '../lib/clock.ts'
import type { Engine } from './engine.ts'
import { watchLevels, type Level, type LevelsWanted } from './levels.ts'

/** Who looks says so this often, and is believed a little longer, ms. */
const asking = 1_000
const believed = 2_500
/** What another process said is shown this long, ms: it may have died. */
const fresh = 700

/** Somebody in `node` looks at an organization. */
interface Asked {
  readonly node: string
  readonly organization: string
}

interface Said {
  readonly node: string
  readonly levels: readonly Level[]
}

const askChannel = 'levels.asked'

function saidChannel(organization: string): string {
  return `levels.said:${organization}`
}

/** Answers other processes that ask; until the engine closes. */
export async function shareLevels(engine: Engine): Promise<void> {
  const { coordination, clock, scope, node, logger } = engine
  const looking = new Map<string, { readonly watch: Disposable; timer: Timer }>()
  const stop = (organization: string): void => {
    const one = looking.get(organization)
    one?.timer.cancel()
    one?.watch[Symbol.dispose]()
    looking.delete(organization)
  }
  const say = (organization: string, levels: readonly Level[]): void => {
    coordination
      .publish(saidChannel(organization), JSON.stringify({ node, levels } satisfies Said))
      .catch((error: unknown) => logger.warn('levels could not be told to other processes', { error }))
  }
  const asked = ({ node: from, organization }: Asked): void => {
    if (from === node) return
    const known = looking.get(organization)
    known?.timer.cancel()
    const timer = clock.timer(believed, () => stop(organization))
    if (known) known.timer = timer
    else
      looking.set(organization, {
        watch: watchLevels(engine, { organization }, (levels) => say(organization, levels)),
        timer,
      })
  }
  // Written by `watchEveryLevel` of a peer.
  scope.use(await coordination.subscribe(askChannel, (message) => asked(JSON.parse(message) as Asked)))
  scope.defer(() => [...looking.keys()].forEach(stop))
}

/** As `watchLevels`, for the calls of all processes. */
export function watchEveryLevel(
  engine: Engine,
  wanted: LevelsWanted,
  listener: (levels: readonly Level[]) => void,
): Disposable {
  const { coordination, clock, node, logger } = engine
  const { organization, call } = wanted
  const others = new Map<string, { readonly levels: readonly Level[]; readonly at: number }>()
  let own: readonly Level[] = []
  const tell = (): void => {
    const now = clock.monotonic()
    const theirs = [...others.values()].flatMap(({ levels, at }) => (now - at < fresh ? levels : []))
    listener([...own, ...theirs.filter(({ id }) => call === undefined || call === id)])
  }
  const hear = (message: string): void => {
    const { node: from, levels } = JSON.parse(message) as Said // written by `shareLevels` of a peer
    if (from === node) return
    others.set(from, { levels, at: clock.monotonic() })
    // Between two looks of our own nobody waits: with no call here, this is the only word.
    if (own.length === 0) tell()
  }
  const failed = (error: unknown): void => logger.warn('levels of other processes cannot be asked for', { error })
  const hearing = coordination.subscribe(saidChannel(organization), hear)
  hearing.catch(failed)
  const forgetTheDead = (): void => {
    const before = others.size
    for (const [name, { levels, at }] of others)
      if (levels.length > 0 && clock.monotonic() - at >= fresh) others.delete(name)
    if (others.size < before) tell()
  }
  const ask = (): void => {
    forgetTheDead()
    coordination.publish(askChannel, JSON.stringify({ node, organization } satisfies Asked)).catch(failed)
    timer = clock.timer(asking, ask)
  }
  let timer = clock.timer(0, ask)
  const watch = watchLevels(engine, wanted, (levels) => {
    own = levels
    tell()
  })
  return {
    [Symbol.dispose]: () => {
      timer.cancel()
      watch[Symbol.dispose]()
      hearing.then((one) => one[Symbol.asyncDispose]()).catch(() => undefined) // said before
    },
  }
}
