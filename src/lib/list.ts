/** Lists that people write in one line. */

/** The parts of a comma-separated list, without the blanks around them; empty ones are left out. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}
