/** Rows as records: a column without a value is a field that is absent. */

type Present<T> = { readonly [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as null extends T[K] ? K : never]?: NonNullable<T[K]>
}

export function present<T extends object>(row: T): Present<T> {
  // Object.entries forgets the keys' types; the mapped type says what the filter does.
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Present<T>
}

/** What is kept only for looking things up stays inside. */
export function without<T extends object, K extends keyof T>(row: T, ...names: K[]): Omit<T, K> {
  const rest = { ...row }
  for (const name of names) delete rest[name]
  return rest
}

/** For updates: an absent field empties its column. Drizzle would leave it as it was. */
export function orNull<T>(value: T | undefined): T | null {
  return value ?? null
}
