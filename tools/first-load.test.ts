import { expect, test } from 'vitest'
import { firstLoad } from './first-load.ts'

test('a page loads the entry, its own chunk and what both import; what comes later does not count', () => {
  const manifest = {
    'index.html': { file: 'index.js', imports: ['_react'], dynamicImports: ['home', 'calls'] },
    _react: { file: 'react.js' },
    home: { file: 'home.js', imports: ['_react', 'index.html'] },
    calls: { file: 'calls.js', imports: ['_table'], dynamicImports: ['waves'] },
    _table: { file: 'table.js', imports: ['_react'] },
    waves: { file: 'waves.js' },
  }
  expect(firstLoad(manifest, 'index.html')).toEqual([
    { page: 'home', files: ['index.js', 'react.js', 'home.js'] },
    { page: 'calls', files: ['index.js', 'react.js', 'calls.js', 'table.js'] },
  ])
})
