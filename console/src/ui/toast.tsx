/** Short notes in the corner: what was done, or why not. */
import { Toast as Base } from '@base-ui/react/toast'
import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { sentenceOf } from '../lib/failure.ts'

const notes = Base.createToastManager()

/** Says that something was done. */
export function noteDone(title: string, detail?: string): void {
  notes.add({ type: 'good', title, ...(detail === undefined ? {} : { description: detail }) })
}

/** Says that something failed and why; it stays until it is read. */
export function noteFailed(title: string, error: unknown): void {
  notes.add({ type: 'bad', title, description: sentenceOf(error), timeout: 12_000, priority: 'high' })
}

export function Toaster() {
  return (
    <Base.Provider toastManager={notes} limit={3}>
      <Base.Portal>
        <Base.Viewport className="fixed right-3 bottom-[calc(4.5rem+env(safe-area-inset-bottom))] left-3 z-50 flex flex-col gap-2 sm:right-5 sm:bottom-5 sm:left-auto sm:w-88">
          <Notes />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function Notes() {
  const { toasts } = Base.useToastManager()
  return toasts.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      swipeDirection={['right', 'down']}
      className="rounded-lg border border-line bg-raised shadow-lift transition-[opacity,translate] data-ending-style:opacity-0 data-limited:hidden data-starting-style:translate-y-2 data-starting-style:opacity-0"
    >
      <Base.Content className="flex items-start gap-2.5 p-3">
        {toast.type === 'bad' ? (
          <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
        ) : (
          <CircleCheck className="mt-0.5 size-4 shrink-0 text-good" aria-hidden />
        )}
        <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
          <Base.Title className="text-sm font-medium" />
          <Base.Description className="text-sm text-ink-2" />
        </div>
        <Base.Close aria-label="Dismiss" className="-m-1 rounded-md p-1 text-ink-3 hover:text-ink">
          <X className="size-4" />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ))
}
