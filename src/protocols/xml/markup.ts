/** XML as values: elements are built, never concatenated, so that no name, attribute or text can break out of its place. */

export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly children: readonly XmlNode[]
}

/** Text is escaped when written; `undefined` and `false` children are left out, for `condition && el(…)`. */
export type XmlNode = XmlElement | string | number | undefined | false

/** `undefined` leaves the attribute out; booleans are written `true` and `false`. */
export type AttributeValue = string | number | boolean | undefined

/** Names come from our own code, so a bad one is a mistake there: RangeError. ASCII subset of XML 1.0 §2.3 Name. */
const lawfulName = /^[A-Za-z_][A-Za-z0-9_.:-]*$/

/** Builds an element. Throws RangeError when a name is no XML name. */
export function el(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
  ...children: readonly XmlNode[]
): XmlElement {
  for (const word of [name, ...Object.keys(attributes)])
    if (!lawfulName.test(word)) throw new RangeError(`"${word}" is not an XML name`)
  return { name, attributes, children }
}

/** A whole document: declaration, then the root. UTF-8 when sent. */
export function xml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${element(root)}`
}

function element({ name, attributes, children }: XmlElement): string {
  let text = `<${name}`
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) text += ` ${key}="${escapeAttribute(String(value))}"`
  const content = children.map(node).join('')
  return content === '' ? `${text}/>` : `${text}>${content}</${name}>`
}

function node(child: XmlNode): string {
  if (child === undefined || child === false) return ''
  return typeof child === 'object' ? element(child) : escapeText(String(child))
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** `>` too: `]]>` may not stand in text (§2.4). CR as a reference, or line-end normalisation (§2.11) turns it into LF. */
export function escapeText(text: string): string {
  return clean(text).replace(/[&<>\r]/g, (letter) => escapes[letter]!)
}

/** Tabs and line ends as references, or attribute normalisation (§3.3.3) turns them into spaces. */
export function escapeAttribute(text: string): string {
  return clean(text).replace(/[&<>"'\t\n\r]/g, (letter) => escapes[letter]!)
}

/**
 * Drops what no XML 1.0 document can hold, not even as a reference (§2.2 Char): control characters, U+FFFE, U+FFFF and
 * lone surrogates. Dropped rather than refused: they come from names and messages of callers, and cannot be heard.
 */
function clean(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '')
}
