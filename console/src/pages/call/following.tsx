/** The player of a page, and components that follow its cursor without drawing the page anew. */
import { createContext, use, useEffect, useMemo, useSyncExternalStore, type ReactNode } from 'react'
import { createPlayer, type Player } from './player.ts'

const Following = createContext<Player | undefined>(undefined)

export function PlayerOf({ source, children }: { readonly source: string | undefined; readonly children: ReactNode }) {
  const player = useMemo(() => createPlayer(), [])
  useEffect(() => (source === undefined ? undefined : player.open(source)), [player, source])
  return <Following value={player}>{children}</Following>
}

export function usePlayer(): Player {
  const player = use(Following)
  if (!player) throw new Error('There is no player around this part of the page')
  return player
}

/** Something computed from the cursor: drawn again only when it changes. */
export function useCursor<T extends string | number | boolean | undefined>(of: (ms: number) => T): T {
  const player = usePlayer()
  return useSyncExternalStore(player.watch, () => of(player.time))
}

export function usePlaying(): boolean {
  const player = usePlayer()
  return useSyncExternalStore(player.watch, () => player.playing)
}
