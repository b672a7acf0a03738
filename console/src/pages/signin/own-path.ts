/** Whether an address leads back into this console, and nowhere else: it stands in the URL, where anybody can write. */
export function isOwnPath(path: string): boolean {
  return path.startsWith('/') && new URL(path, 'http://own.invalid').origin === 'http://own.invalid'
}
