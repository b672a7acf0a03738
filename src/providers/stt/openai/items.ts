/** Pieces of speech whose transcripts come when they are done: told in the order in which they were said. */

export interface Item {
  readonly id: string
  readonly text: string
  /** The vendor cut it off: its place is known. */
  readonly committed: boolean
  readonly done: boolean
}

export type Items = readonly Item[]

/** Adds to what an item says so far. */
export function grown(items: Items, id: string, delta: string): Items {
  const item = items.find((one) => one.id === id) ?? fresh(id)
  return replaced(items, { ...item, text: item.text + delta })
}

/** Its text is final; '' for one that failed. */
export function finished(items: Items, id: string, text: string): Items {
  const item = items.find((one) => one.id === id) ?? fresh(id)
  return replaced(items, { ...item, text, done: true })
}

/** It stands behind `previous`, or behind all others that have their place. */
export function committed(items: Items, id: string, previous: string | undefined): Items {
  const item = { ...(items.find((one) => one.id === id) ?? fresh(id)), committed: true }
  const others = items.filter((one) => one.id !== id)
  const before = others.findIndex((one) => one.id === previous && one.committed)
  const at = before >= 0 ? before + 1 : others.filter((one) => one.committed).length
  return others.toSpliced(at, 0, item)
}

/** Those that are done, up to the first that is not; and the others. */
export function settled(items: Items): { readonly told: Items; readonly left: Items } {
  const open = items.findIndex((one) => !one.committed || !one.done)
  const at = open < 0 ? items.length : open
  return { told: items.slice(0, at), left: items.slice(at) }
}

function fresh(id: string): Item {
  return { id, text: '', committed: false, done: false }
}

function replaced(items: Items, item: Item): Items {
  const at = items.findIndex((one) => one.id === item.id)
  return at < 0 ? [...items, item] : items.with(at, item)
}
