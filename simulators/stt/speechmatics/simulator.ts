/** Speechmatics' realtime API v2, simulated. */
import { json, same } from '../../carrier/rest.ts'
import { authorization, type VendorReply, type VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk, type VendorServer } from '../../vendor/server.ts'
import { type RecogniserOptions } from '../options.ts'
import { fail, Recognition } from './recognition.ts'

export function startSpeechmaticsStt(options: RecogniserOptions): Promise<VendorServer> {
  const api = {
    refuse,
    refuseSocket: (status: number): VendorReply | Talk => (status === 429 ? overQuota : refuse(status)),
    upgrade(request: VendorRequest): VendorReply | Talk {
      if (!/^\/v2\/?$/.test(request.path)) return refuse(404)
      const key = authorization(request, 'Bearer') ?? request.query.get('jwt') ?? ''
      if (!same(key, options.key)) return refuse(401)
      return (socket) => new Recognition(socket, options.phrases).begin()
    },
  }
  return serveVendor(api, { ...options, secrets: [options.key] })
}

/** It opens, and refuses the session then. */
const overQuota: Talk = (socket) =>
  socket.onMessage(() => fail(socket, 'quota_exceeded', 'Concurrent Quota Exceeded', 4005))

function refuse(status: number): VendorReply {
  return json(status, { code: status, error: status === 401 ? 'Permission denied' : 'Error' })
}
