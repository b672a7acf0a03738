/** A one-time code while it is typed: `ABCD-EFGH`. */

export function asCode(text: string): string {
  const letters = text
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .slice(0, 8)
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters
}

export function isWhole(code: string): boolean {
  return code.length === 9
}
