/** Fills `{name}` in greetings and prompts from the call's variables. */
import type { Variables } from '../spec/call.ts'

/** Unknown names stay as they are, so that a person sees what is missing; null is nothing. */
export function fill(text: string, variables: Variables): string {
  return text.replace(/\{([\w.-]+)\}/g, (whole, name: string) =>
    Object.hasOwn(variables, name) ? String(variables[name] ?? '') : whole,
  )
}
