/** Reads a carrier's XML as strictly as its own debugger would: broken XML, and what its rules do not know. */
import { SaxesParser } from 'saxes'

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** Own text, trimmed. */
  readonly text: string
  readonly line: number
}

export type AttributeRule =
  | { readonly type: 'any' }
  | { readonly type: 'words'; readonly words: readonly string[]; readonly many?: boolean }
  | { readonly type: 'number'; readonly min: number; readonly max: number }
  | { readonly type: 'pattern'; readonly pattern: RegExp; readonly why: string }

export interface ElementRule {
  readonly attributes: Readonly<Record<string, AttributeRule>>
  readonly required?: readonly string[]
  readonly children: readonly string[]
  readonly text?: boolean
  /** What tables cannot say; answers with a sentence when broken. */
  readonly check?: (element: Element) => string | undefined
}

/** A carrier's vocabulary; `Response` is the root of all of them. */
export type Rules = Readonly<Record<string, ElementRule>>

export interface MarkupError {
  /** `broken`: no XML, or not of this kind; `unlawful`: XML that the rules do not allow. */
  readonly type: 'broken' | 'unlawful'
  readonly message: string
}

export type Markup =
  | { readonly ok: true; readonly verbs: readonly Element[] }
  | { readonly ok: false; readonly error: MarkupError }

interface Open {
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: Element[]
  text: string
  readonly line: number
}

/** Only the first error is told. */
export function readMarkup(xml: string, rules: Rules): Markup {
  const tree = parse(xml)
  if (typeof tree === 'string') return broken(tree)
  if (tree.name !== 'Response') return broken(`the root is <${tree.name}>, not <Response>`)
  const fault = check(tree, rules)
  return fault ? { ok: false, error: { type: 'unlawful', message: fault } } : { ok: true, verbs: tree.children }
}

function broken(message: string): Markup {
  return { ok: false, error: { type: 'broken', message: `Document parse failure: ${message}` } }
}

/** The tree, or a sentence about what is wrong. */
function parse(xml: string): Element | string {
  const parser = new SaxesParser()
  const open: Open[] = []
  let root: Element | undefined
  let error: string | undefined
  parser.on('error', (failure) => void (error ??= failure.message))
  parser.on('doctype', () => void (error ??= 'a document type is not allowed'))
  parser.on('opentag', ({ name, attributes }) => {
    open.push({ name, attributes: { ...attributes }, children: [], text: '', line: parser.line })
  })
  const addText = (text: string) => {
    const inner = open.at(-1)
    if (inner) inner.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const closed = open.pop()
    if (!closed) return
    const element = { ...closed, text: closed.text.trim() }
    const outer = open.at(-1)
    if (outer) outer.children.push(element)
    else root ??= element
  })
  parser.write(xml).close()
  return error ?? root ?? 'nothing in it'
}

/** The first offence against the schema, in a sentence. */
function check(element: Element, rules: Rules): string | undefined {
  const rule = rules[element.name]
  const where = `line ${element.line}: <${element.name}>`
  if (!rule) return `${where} is no element this simulator knows`
  for (const [name, value] of Object.entries(element.attributes)) {
    const attribute = rule.attributes[name]
    if (!attribute) return `${where}: attribute ${name} is not allowed`
    const wrong = misfit(attribute, value)
    if (wrong) return `${where}: ${name}="${value.slice(0, 80)}" ${wrong}`
  }
  const missing = rule.required?.find((name) => !(name in element.attributes))
  if (missing) return `${where}: attribute ${missing} is missing`
  if (element.text && !rule.text) return `${where}: text is not allowed`
  const wrong = rule.check?.(element)
  if (wrong) return `${where}: ${wrong}`
  for (const child of element.children) {
    if (!rule.children.includes(child.name))
      return `line ${child.line}: <${child.name}> is not allowed in <${element.name}>`
    const fault = check(child, rules)
    if (fault) return fault
  }
  return undefined
}

function misfit(rule: AttributeRule, value: string): string | undefined {
  switch (rule.type) {
    case 'any':
      return undefined
    case 'words': {
      const words = rule.many ? value.split(' ') : [value]
      return words.every((word) => rule.words.includes(word)) ? undefined : `is none of ${rule.words.join(', ')}`
    }
    case 'number': {
      const number = Number(value)
      const fits = /^\d+$/.test(value) && number >= rule.min && number <= rule.max
      return fits ? undefined : `is not a whole number within ${rule.min}–${rule.max}`
    }
    case 'pattern':
      return rule.pattern.test(value) ? undefined : rule.why
    default:
      return rule satisfies never
  }
}
