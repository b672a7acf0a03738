/** Scenarios of this browser: kept under a name, loaded, forgotten. */
import { BookMarked, FolderOpen, Save, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { noteDone, noteFailed } from '../../ui/toast.tsx'
import { forget, keep, scenariosIn, type Scenario } from './scenarios.ts'

export interface ScenarioMenuProps {
  readonly current: () => Omit<Scenario, 'name'>
  readonly onLoad: (scenario: Scenario) => void
}

export function ScenarioMenu({ current, onLoad }: ScenarioMenuProps) {
  const [kept, setKept] = useState(() => scenariosIn(localStorage))
  const [naming, setNaming] = useState(false)
  const attempt = (what: string, change: () => void) => {
    try {
      change()
      setKept(scenariosIn(localStorage))
    } catch (error) {
      noteFailed(what, error)
    }
  }
  const save = (name: string) => {
    attempt('Not kept: this browser has no room for it', () => {
      keep(localStorage, { ...current(), name })
      noteDone('Kept in this browser', name)
      setNaming(false)
    })
  }
  return (
    <>
      <Menu
        side="top"
        align="start"
        trigger={
          <Button variant="ghost" icon={<BookMarked />}>
            Scenarios
          </Button>
        }
      >
        {kept.map((scenario) => (
          <MenuItem key={scenario.name} icon={<FolderOpen />} onClick={() => onLoad(scenario)}>
            {scenario.name}
          </MenuItem>
        ))}
        {kept.length > 0 && <MenuLine />}
        <MenuItem icon={<Save />} onClick={() => setNaming(true)}>
          Keep this one…
        </MenuItem>
        {kept.map(({ name }) => (
          <MenuItem
            key={name}
            danger
            icon={<Trash2 />}
            onClick={() => attempt('Not forgotten', () => forget(localStorage, name))}
          >
            Forget “{name}”
          </MenuItem>
        ))}
      </Menu>
      {naming && <NameDialog onClose={() => setNaming(false)} onSave={save} />}
    </>
  )
}

interface NameDialogProps {
  readonly onClose: () => void
  readonly onSave: (name: string) => void
}

function NameDialog({ onClose, onSave }: NameDialogProps) {
  const [name, setName] = useState('')
  const ready = name.trim() !== ''
  return (
    <Dialog
      open
      onClose={onClose}
      title="Keep this scenario"
      description="In this browser alone. The same name replaces what was there."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={!ready} onClick={() => onSave(name.trim())}>
            Keep it
          </Button>
        </>
      }
    >
      <Field label="Name">
        <Input
          value={name}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && ready && onSave(name.trim())}
          maxLength={80}
        />
      </Field>
    </Dialog>
  )
}
