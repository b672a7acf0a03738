/** Records what the caller says with this computer's microphone. */
import { Mic, Square } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { microphoneFinding } from '../../phone/diagnosis.ts'
import { openMicrophone } from '../../phone/microphone.ts'
import type { Clip } from '../../sound/clip.ts'
import { record, type Recorder } from '../../sound/recorder.ts'
import { Button } from '../../ui/button.tsx'
import { noteFailed } from '../../ui/toast.tsx'

interface Taking {
  readonly recorder: Recorder
  readonly stream: MediaStream
}

export function RecordButton({ onClip }: { readonly onClip: (clip: Clip) => void }) {
  const [state, setState] = useState<'idle' | 'opening' | 'recording'>('idle')
  const taking = useRef<Taking>(undefined)
  const takes = useRef(0)
  useEffect(() => () => release(taking.current), [])

  const start = async () => {
    setState('opening')
    const opened = await openMicrophone()
    if (!opened.ok) {
      setState('idle')
      const { title, advice } = microphoneFinding(opened.trouble)
      return noteFailed('Not recorded', new Error(`${title} ${advice}`))
    }
    taking.current = { stream: opened.stream, recorder: await record(opened.stream, () => undefined) }
    setState('recording')
  }
  const finish = async () => {
    const take = taking.current
    taking.current = undefined
    setState('idle')
    if (!take) return
    const clip = take.recorder.finish(`Recording ${++takes.current}`)
    stop(take.stream)
    onClip(await clip)
  }
  const press = () => {
    const done = state === 'recording' ? finish() : start()
    done.catch((error: unknown) => {
      setState('idle')
      noteFailed('Not recorded', error)
    })
  }
  const recording = state === 'recording'
  return (
    <Button
      size="sm"
      className="px-2!"
      icon={recording ? <Square /> : <Mic />}
      variant={recording ? 'danger' : 'secondary'}
      aria-pressed={recording}
      pending={state === 'opening'}
      onClick={press}
    >
      {recording ? 'Stop recording' : 'Record'}
    </Button>
  )
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function release(take: Taking | undefined): void {
  if (!take) return
  take.recorder[Symbol.dispose]()
  stop(take.stream)
}
