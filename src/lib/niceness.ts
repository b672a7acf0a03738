/** Whose turn it is when more threads than cores want to run: a thread may step back behind the one that carries the sound. */
import { setPriority } from 'node:os'

/**
 * Called in a worker thread. A little only: among other programs of the machine it must not starve. Linux alone counts threads
 * one by one; elsewhere this would slow the whole process, so nothing is done there.
 */
export function stepBack(): void {
  if (process.platform === 'linux') setPriority(little)
}

/** Half of the share that the others get. */
const little = 3
