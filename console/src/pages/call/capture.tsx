/** What passed on the wire as a pcap file; kept only for a while after the call, and a sentence says so then. */
import { Download } from 'lucide-react'
import { useState } from 'react'
import { api, read } from '../../lib/api.ts'
import { Button } from '../../ui/button.tsx'
import { noteFailed } from '../../ui/toast.tsx'

export function CaptureButton({ call }: { readonly call: string }) {
  const [pending, setPending] = useState(false)
  const fetchFile = async () => {
    setPending(true)
    try {
      const params = { path: { id: call } }
      const file = await read<unknown>(api.GET('/v1/calls/{id}/capture', { params, parseAs: 'blob' }))
      if (file instanceof Blob) save(file, `${call}.pcap`)
    } catch (error) {
      noteFailed('There is no packet capture', error)
    } finally {
      setPending(false)
    }
  }
  return (
    <Button
      size="sm"
      icon={<Download aria-hidden />}
      pending={pending}
      title="For Wireshark; without credentials and keys"
      onClick={() => void fetchFile()}
    >
      Packets (pcap)
    </Button>
  )
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href))
}
