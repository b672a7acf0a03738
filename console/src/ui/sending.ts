/** Something that is sent: whether it is under way, and what went wrong, in a sentence. */
import { useState } from 'react'
import { sentenceOf } from '../lib/failure.ts'

export interface Sending {
  readonly pending: boolean
  readonly fault: string | undefined
  /** Never rejects: what `work` rejects with becomes the fault. */
  send(work: () => Promise<unknown>): Promise<void>
  /** The fault is of no interest any more. */
  forget(): void
}

export function useSending(): Sending {
  const [pending, setPending] = useState(false)
  const [fault, setFault] = useState<string>()
  return {
    pending,
    fault,
    async send(work) {
      setPending(true)
      setFault(undefined)
      try {
        await work()
      } catch (error) {
        setFault(sentenceOf(error))
      } finally {
        setPending(false)
      }
    },
    forget: () => setFault(undefined),
  }
}
