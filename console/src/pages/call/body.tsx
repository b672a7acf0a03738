/** A message of the wire, word for word, to read and to take away. */
import { CopyButton } from '../../ui/copy.tsx'

export function MessageBody({ text }: { readonly text: string }) {
  return (
    <div className="relative mx-4 mb-3 rounded-lg border border-line bg-sunken sm:mx-5 sm:ml-22">
      <pre tabIndex={0} aria-label="Body" className="max-h-96 overflow-auto p-3 pr-11 font-mono text-xs">
        {text === '' ? '(no body)' : text}
      </pre>
      <div className="absolute top-1 right-1">
        <CopyButton text={text} label="Copy this message" />
      </div>
    </div>
  )
}
