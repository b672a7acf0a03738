/** Fills `{name}` in greetings, prompts and instructions. */

/** Unknown names stay as they are, so that a person sees what is missing; null is nothing. */
export function fill(
  text: string,
  values: Readonly<Record<string, string | number | boolean | null | undefined>>,
): string {
  return text.replace(/\{([\w.-]+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name] ?? '') : whole,
  )
}
