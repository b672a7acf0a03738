/** Says whether what is on the screen is live. Quiet while it is. */
import { useLiveState } from '../lib/events.ts'
import { Tooltip } from '../ui/tooltip.tsx'

export function LiveMark() {
  const state = useLiveState()
  const open = state === 'open'
  const text = open ? 'Live: changes appear by themselves' : 'Not connected to the gateway; trying again'
  return (
    <Tooltip text={text}>
      <span
        role="status"
        tabIndex={0}
        aria-label={text}
        className="flex size-5 items-center justify-center rounded-full"
      >
        <span className={open ? 'size-1.5 rounded-full bg-good' : 'size-1.5 animate-pulse rounded-full bg-warn'} />
      </span>
    </Tooltip>
  )
}
