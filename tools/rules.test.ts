import { describe, expect, test } from 'vitest'
import { brokenRules } from './rules.ts'

const check = (path: string, text: string) => brokenRules({ path, text }, ['acme'])

describe('the house rules', () => {
  test.each([
    ['src/lib/a.ts', "import { x } from '../spec/call.ts'"],
    ['src/media/a.ts', "import { x } from '../spec/call.ts'"],
    ['src/calls/a.ts', "import { x } from '../store/postgres.ts'"],
    ['src/api/routes/a.ts', "import { x } from '../../providers/index.ts'"],
    ['src/providers/carriers/one/a.ts', "import { x } from '../two/b.ts'"],
    ['src/providers/carriers/one/a.ts', "import type { x } from '../../../calls/machine.ts'"],
    ['simulators/acme/a.ts', "import { x } from '../../src/media/wav.ts'"],
    ['simulators/acme/a.ts', "import { x } from '../../src/protocols/sip/message/uri.ts'"],
    ['simulators/sip/a.ts', "import { x } from '../../src/providers/carriers/sip/wire.ts'"],
    ['console/src/lib/a.ts', "import type { x } from '../../../src/spec/call.ts'"],
    ['console/src/pages/home/a.tsx', "import { x } from '../../../../src/client/index.ts'"],
    ['src/calls/a.ts', "const late = () => import('../providers/carriers/one/a.ts')"],
  ])('%s may not say %s', (path, text) => {
    expect(check(path, text)).toHaveLength(1)
  })

  test.each([
    ['src/calls/a.ts', "import { x } from '../store/contract.ts'"],
    ['src/providers/carriers/one/a.ts', "import { x } from './b.ts'\nimport { z } from 'zod'"],
    ['src/providers/index.ts', "import { x } from './carriers/one/index.ts'"],
    ['src/main/a.ts', "import { x } from '../../simulators/index.ts'"],
    ['console/src/lib/a.ts', "import type { x } from '../../../src/client/schema.ts'"],
    ['simulators/acme/a.ts', "import { x } from '../../src/lib/clock.ts'"],
    ['simulators/sip/a.ts', "import { x } from '../../src/protocols/sip/message/uri.ts'"],
  ])('%s may say %s', (path, text) => {
    expect(check(path, text)).toEqual([])
  })

  test('time and randomness come from lib, the environment from main', () => {
    expect(check('src/calls/a.ts', 'const now = Date.now()')).toHaveLength(1)
    expect(check('src/calls/a.ts', '// Date.now() would be wrong here')).toEqual([])
    expect(check('src/api/a.ts', 'process.env.PORT')).toHaveLength(1)
    expect(check('src/main/a.ts', 'process.env.PORT')).toEqual([])
  })

  test('the engine names no vendor', () => {
    expect(check('src/calls/a.ts', "if (carrier === 'acme') return")).toHaveLength(1)
    expect(check('src/calls/a.ts', '/** As acme does. */')).toEqual([])
  })
})
