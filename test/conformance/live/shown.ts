/** Compares what a run has shown with what the carrier's specification says was shown; `LIVE_SHOWN=write` writes it there. */
import { writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { features, type FeatureName } from '../../../src/spec/features.ts'
import { claims } from './claims.ts'
import type { LiveFixture } from './fixture.ts'

const place = (carrier: string) => new URL(`../../../src/providers/carriers/${carrier}/shown.ts`, import.meta.url)

/** Notes the titles of the tests that pass in the suite it is called in. */
export function notePassed(passed: Set<string>): void {
  afterEach(({ task }) => {
    if (task.result?.state === 'pass') passed.add(`${task.suite?.name} > ${task.name}`)
  })
}

/** After all the others. A run of some tests alone leaves it out. */
export function describeShown(name: string, { spec }: LiveFixture, passed: ReadonlySet<string>): void {
  const writes = process.env['LIVE_SHOWN'] === 'write'
  // A carrier that nothing was written of yet has no column to compare; the first writing makes it.
  describe.skipIf(spec.shown === undefined && !writes)(`${name} in the matrix of features`, () => {
    test('has shown neither less nor more than its specification says', async () => {
      const shown = (Object.keys(features) as FeatureName[]).filter((feature) =>
        // keys of the table are its names
        claims[feature].some((titles) => titles.every((title) => passed.has(title))),
      )
      if (writes) return writeFile(place(spec.name), written(shown))
      expect(shown).toEqual(spec.shown)
    })
  })
}

function written(shown: readonly FeatureName[]): string {
  const head = 'What the live conformance suite has shown of this carrier; written by it (`LIVE_SHOWN=write`).'
  const list = shown.map((feature) => `  '${feature}',\n`).join('')
  return `/** ${head} */\nimport type { FeatureName } from '../../../spec/features.ts'\n\nexport const shown: readonly FeatureName[] = [\n${list}]\n`
}
