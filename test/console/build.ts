/** Builds the console once, before its tests run in a browser. */
export async function setup(): Promise<void> {
  await import('../../tools/build-console.ts')
}
