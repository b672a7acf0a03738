/**
 * Numbers that cost whoever calls them more than a call does: premium rate and revenue sharing by national plans, and the
 * world's networks that are charged like them. Leading digits after the plus; sources: ITU-T E.164 list of assigned codes and the
 * national numbering plans it refers to.
 */

/** Satellite and global networks, and the international premium rate service. */
const worldwide = ['870', '878', '881', '882', '883', '979']

const national = [
  // North American plan: 900 in every country of it, 976 as an exchange.
  '1900',
  ...['4487', '4484', '449', '44118'],
  ...['49900', '49137', '49118', '49180', '49190', '49191'],
  ...['3381', '3382', '3389', '33118'],
  ...['34803', '34806', '34807', '34905', '34118'],
  ...['39899', '39892', '39893', '39894', '39895', '39166', '39144', '39199'],
  ...['31900', '31906', '31909'],
  ...['3290', '3270'],
  ...['41900', '41901', '41906', '4118'],
  ...['43900', '43901', '43930', '43931', '43939', '43118'],
  ...['35370', '353152', '353153', '353154', '353155', '353156', '353157', '353158', '353159'],
  ...['351601', '351607', '351608', '351646', '351707', '351760', '351761', '351762'],
  ...['46900', '46939', '46944', '46118'],
  ...['4790', '4782'],
  ...['45901', '45902', '45903', '45904', '45905'],
  ...['358600', '358700'],
  ...['4870', '4879'],
  ...['42090', '420976'],
  ...['61190', '61194'],
  ...['64900'],
  ...['81990', '81570'],
  ...['82060'],
  ...['911900', '91190'],
  ...['55900', '55300', '55500'],
  ...['52900'],
  ...['971900', '971901', '971906'],
  ...['9721900', '9721919', '9721956'],
  ...['90900', '90888', '90898'],
  ...['7803', '7809', '78095'],
]

const prefixes: ReadonlySet<string> = new Set([...worldwide, ...national])
const longest = Math.max(...[...prefixes].map((prefix) => prefix.length))

/** Is this E.164 number, with plus, charged at more than a call? */
export function isPremium(number: string): boolean {
  const digits = number.slice(1)
  for (let length = 2; length <= longest; length++) if (prefixes.has(digits.slice(0, length))) return true
  return /^1\d{3}976/.test(digits)
}

/** Area codes of the North American plan outside the United States, their territories and Canada: charged as foreign calls. */
const islands = new Set(
  '242 246 264 268 284 345 441 473 649 658 664 721 758 767 784 809 829 849 868 869 876'.split(' '),
)

/** Two numbers of one region call each other at home rates: a calling code, and in the North American plan the islands each for themselves. */
export function regionOf(number: string, callingCode: string): string {
  const area = number.slice(2, 5)
  return callingCode === '1' && islands.has(area) ? `1${area}` : callingCode
}
