/** The list of what the caller does: each line edited in place, put in order by pointer or by keys. */
import { Grid3x3, GripVertical, Hourglass, MessageSquareText, Trash2, Upload } from 'lucide-react'
import { useRef, useState, type DragEvent, type KeyboardEvent } from 'react'
import { cx } from '../../lib/classes.ts'
import { clipOfFile } from '../../sound/clip.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { controlLook } from '../../ui/field.tsx'
import { noteFailed } from '../../ui/toast.tsx'
import { faultOf, moved, nameOf, nextId, type Act } from './acts.ts'
import { ClipView } from './clip.tsx'
import { RecordButton } from './record.tsx'

export interface ScriptProps {
  readonly acts: readonly Act[]
  readonly onChange: (acts: readonly Act[]) => void
  /** Faults are shown once somebody tried to start. */
  readonly tried: boolean
}

/** An act without its id, which the list gives. */
type Fresh = Act extends infer A ? (A extends Act ? Omit<A, 'id'> : never) : never

export function Script({ acts, onChange, tried }: ScriptProps) {
  const [said, setSaid] = useState('')
  const dragged = useRef<number>(undefined)
  const move = (id: number, to: number) => {
    const act = acts.find((one) => one.id === id)
    const next = moved(acts, id, to)
    onChange(next)
    if (act) setSaid(`${nameOf(act)} is now number ${next.indexOf(act) + 1} of ${next.length}`)
  }
  const add = (act: Fresh) => onChange([...acts, { ...act, id: nextId(acts) }])
  return (
    <div className="flex flex-col gap-3">
      {acts.length === 0 && (
        <p className="rounded-lg border border-dashed border-line-strong px-4 py-5 text-center text-sm text-ink-3">
          The caller says nothing yet and only listens.
        </p>
      )}
      <ol aria-label="What the caller does" className="flex flex-col gap-2">
        {acts.map((act, index) => (
          <Row
            key={act.id}
            act={act}
            index={index}
            fault={tried ? faultOf(act) : undefined}
            onChange={(next) => onChange(acts.map((one) => (one.id === act.id ? next : one)))}
            onRemove={() => onChange(acts.filter((one) => one.id !== act.id))}
            onMove={(to) => move(act.id, to)}
            onLift={() => (dragged.current = act.id)}
            onDrop={() => dragged.current !== undefined && move(dragged.current, index)}
          />
        ))}
      </ol>
      <Adding onAdd={add} />
      <p role="status" className="sr-only">
        {said}
      </p>
    </div>
  )
}

function Adding({ onAdd }: { readonly onAdd: (act: Fresh) => void }) {
  const file = useRef<HTMLInputElement>(null)
  const upload = async (chosen: File | undefined) => {
    if (!chosen) return
    try {
      onAdd({ type: 'sound', clip: await clipOfFile(chosen) })
    } catch (error) {
      noteFailed('This file cannot be used', error)
    }
  }
  return (
    <div role="group" aria-label="Add to the script" className="flex flex-wrap gap-1.5">
      <Button size="sm" className="px-2!" icon={<MessageSquareText />} onClick={() => onAdd({ type: 'say', text: '' })}>
        Words
      </Button>
      <RecordButton onClip={(clip) => onAdd({ type: 'sound', clip })} />
      <Button size="sm" className="px-2!" icon={<Upload />} onClick={() => file.current?.click()}>
        File
      </Button>
      <Button size="sm" className="px-2!" icon={<Grid3x3 />} onClick={() => onAdd({ type: 'keys', digits: '1' })}>
        Keys
      </Button>
      <Button size="sm" className="px-2!" icon={<Hourglass />} onClick={() => onAdd({ type: 'pause', seconds: '1' })}>
        Pause
      </Button>
      <input
        ref={file}
        type="file"
        accept="audio/*"
        hidden
        aria-label="Sound file"
        onChange={(event) => {
          void upload(event.target.files?.[0])
          event.target.value = ''
        }}
      />
    </div>
  )
}

interface RowProps {
  readonly act: Act
  readonly index: number
  readonly fault: string | undefined
  readonly onChange: (act: Act) => void
  readonly onRemove: () => void
  readonly onMove: (to: number) => void
  readonly onLift: () => void
  readonly onDrop: () => void
}

function Row({ act, index, fault, onChange, onRemove, onMove, onLift, onDrop }: RowProps) {
  const [held, setHeld] = useState(false)
  const [over, setOver] = useState(false)
  const keys = (event: KeyboardEvent) => {
    const to = event.key === 'ArrowUp' ? index - 1 : event.key === 'ArrowDown' ? index + 1 : undefined
    if (to === undefined) return
    event.preventDefault()
    onMove(to)
  }
  const hover = (event: DragEvent) => {
    event.preventDefault()
    setOver(true)
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the handle inside does the same by keys
    <li
      draggable={held}
      onDragStart={onLift}
      onDragEnd={() => setHeld(false)}
      onDragOver={hover}
      onDragLeave={() => setOver(false)}
      onDrop={() => {
        setOver(false)
        onDrop()
      }}
      className={cx(
        'rounded-lg border bg-surface',
        over ? 'border-accent' : fault === undefined ? 'border-line' : 'border-bad',
      )}
    >
      <div className="flex items-start gap-1 p-1.5">
        <button
          type="button"
          aria-label={`Move number ${index + 1}, ${nameOf(act)}: arrow keys`}
          onKeyDown={keys}
          onPointerDown={() => setHeld(true)}
          onPointerUp={() => setHeld(false)}
          className="flex h-8 w-6 shrink-0 cursor-grab items-center justify-center rounded-md text-ink-3 hover:bg-hover"
        >
          <GripVertical className="size-4" aria-hidden />
        </button>
        <div className="min-w-0 flex-1">
          <Editor act={act} onChange={onChange} label={`Number ${index + 1}`} />
        </div>
        <IconButton size="sm" label={`Remove number ${index + 1}`} onClick={onRemove} className="mt-0.5">
          <Trash2 />
        </IconButton>
      </div>
      {fault !== undefined && <p className="px-3 pb-2 text-xs text-bad">{fault}</p>}
    </li>
  )
}

interface EditorProps {
  readonly act: Act
  readonly label: string
  readonly onChange: (act: Act) => void
}

const plain = cx(controlLook, 'border-transparent! bg-transparent! px-1.5!')

function Editor({ act, label, onChange }: EditorProps) {
  switch (act.type) {
    case 'say':
      return (
        <textarea
          aria-label={`${label}: words`}
          value={act.text}
          rows={1}
          autoFocus={act.text === ''}
          placeholder="What the caller says"
          onChange={(event) => onChange({ ...act, text: event.target.value })}
          className={cx(plain, 'block field-sizing-content min-h-8 resize-none py-1.5 leading-5')}
        />
      )
    case 'sound':
      return <ClipView clip={act.clip} />
    case 'keys':
      return (
        <label className="flex items-center gap-2 pl-1.5 text-sm text-ink-2">
          Keys
          <input
            aria-label={`${label}: keys`}
            value={act.digits}
            inputMode="tel"
            onChange={(event) => onChange({ ...act, digits: event.target.value.toUpperCase() })}
            className={cx(plain, 'h-8 font-mono')}
          />
        </label>
      )
    case 'pause':
      return (
        <label className="flex items-center gap-2 pl-1.5 text-sm text-ink-2">
          Wait
          <input
            aria-label={`${label}: seconds`}
            value={act.seconds}
            inputMode="decimal"
            onChange={(event) => onChange({ ...act, seconds: event.target.value })}
            className={cx(plain, 'h-8 w-16! tabular-nums')}
          />
          seconds
        </label>
      )
    default:
      return act satisfies never
  }
}
