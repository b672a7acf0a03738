/** multipart/form-data (RFC 7578): fields and one file. */

export interface FormFile {
  readonly field: string
  /** With an extension: vendors tell the format by it. */
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** `boundary` occurs nowhere in the file: take a long random one. */
export function formOf(boundary: string, fields: Readonly<Record<string, string>>, file: FormFile): Uint8Array {
  const lines: string[] = []
  for (const [name, value] of Object.entries(fields)) {
    lines.push(`--${boundary}`, `content-disposition: form-data; name="${name}"`, '', value)
  }
  const disposition = `content-disposition: form-data; name="${file.field}"; filename="${file.name}"`
  lines.push(`--${boundary}`, disposition, `content-type: ${file.type}`, '', '')
  return Buffer.concat([Buffer.from(lines.join('\r\n')), file.bytes, Buffer.from(`\r\n--${boundary}--\r\n`)])
}
