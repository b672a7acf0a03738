/** The report that continuous integration reads: JUnit's XML, one test case per scenario and carrier. */
import { el, xml, type XmlElement } from '../../protocols/xml/markup.ts'

export interface Outcome {
  readonly scenario: string
  readonly carrier: string
  readonly seconds: number
  /** What went wrong, a sentence each; none: it passed. */
  readonly problems: readonly string[]
  /** What was said, for people who look for the reason. */
  readonly transcript: readonly string[]
}

export function junit(outcomes: readonly Outcome[]): string {
  const suites = [...Map.groupBy(outcomes, ({ carrier }) => carrier)].map(([carrier, cases]) => suite(carrier, cases))
  return xml(el('testsuites', totals(outcomes), ...suites))
}

function suite(carrier: string, cases: readonly Outcome[]): XmlElement {
  return el('testsuite', { name: carrier, ...totals(cases) }, ...cases.map(testcase))
}

function testcase({ scenario, carrier, seconds, problems, transcript }: Outcome): XmlElement {
  const attributes = { name: scenario, classname: carrier, time: seconds.toFixed(3) }
  const [first] = problems
  return el(
    'testcase',
    attributes,
    first !== undefined && el('failure', { message: first }, problems.join('\n')),
    transcript.length > 0 && el('system-out', {}, transcript.join('\n')),
  )
}

function totals(cases: readonly Outcome[]): Readonly<Record<string, string>> {
  return {
    tests: String(cases.length),
    failures: String(cases.filter(({ problems }) => problems.length > 0).length),
    time: cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3),
  }
}
