import { describe, expect, test } from 'vitest'
import { anchorsOf, brokenPromises, type Tree } from './links.ts'

const pages: Readonly<Record<string, string>> = {
  'README.md': '# Offhook\n\n## Call it!\n',
  'docs/a.md': '# A page\n',
}
const files = ['src', 'docs/src/three.ts', 'src/one.ts', 'docs', 'tools/make.ts', ...Object.keys(pages)]
const tree: Tree = { has: (path) => files.includes(path), page: (path) => pages[path], scripts: ['check:types'] }
const broken = (text: string, path = 'docs/a.md') => brokenPromises({ path, text }, tree)

describe('a page', () => {
  test.each([
    '[up](../README.md) [here](a.md) [folder](../src/) [there](https://example.com/x) [mail](mailto:a@b.example)',
    '[part](../README.md#call-it) [own](#a-page)',
    '`src/one.ts`, `src/three.ts` beside it, `src/{name}/x.ts`, `src/**/*.ts`, `other/x.ts`',
    '```sh\nnpm run check:types\nnode tools/make.ts --check\n[not](a-link)\n```',
  ])('may say %j', (text) => expect(broken(text)).toEqual([]))

  test.each([
    ['[gone](gone.md)', 'docs/a.md links to gone.md, which is not there'],
    ['![gone](../gone.webp)', 'docs/a.md links to ../gone.webp, which is not there'],
    ['[part](../README.md#see-it)', 'docs/a.md links to ../README.md#see-it: README.md has no such heading'],
    ['[own](#b)', 'docs/a.md links to #b: docs/a.md has no such heading'],
    ['read `src/two.ts`', 'docs/a.md names src/two.ts, which is not there'],
    ['```sh\nnode tools/gone.ts\n```', 'docs/a.md names tools/gone.ts, which is not there'],
    ['`npm run gone`', 'docs/a.md runs "npm run gone", which package.json does not have'],
  ])('may not say %j', (text, sentence) => expect(broken(text)).toEqual([sentence]))

  test('is told of a file once, however often it names it', () =>
    expect(broken('`src/two.ts` and `src/two.ts`')).toHaveLength(1))
})

test('headings are addressed in small letters, without punctuation', () =>
  expect(anchorsOf('# Why not, or not by the carrier\n## `npm` run: it\n')).toEqual([
    'why-not-or-not-by-the-carrier',
    'npm-run-it',
  ]))
