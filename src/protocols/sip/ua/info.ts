/** INFO (RFC 6086, and the older use for DTMF): answered for what it holds. */
import { header } from '../message/headers.ts'
import type { ServerTransaction } from '../transaction/contract.ts'
import { mediaType } from './body.ts'
import type { Usage } from './usage.ts'

export function answerInfo(usage: Usage, server: ServerTransaction): void {
  const { request } = server
  // We announce no package (Recv-Info), so none may come (§4.2.2).
  if (header(request, 'info-package') !== undefined) {
    return usage.respond(server, 469, { headers: [{ name: 'Recv-Info', value: '' }] })
  }
  // An empty one asks whether we are still there.
  if (request.body.length === 0) return usage.respond(server, 200)
  const type = mediaType(request)
  const { infoTypes } = usage.capabilities
  if (!infoTypes.includes(type)) {
    return usage.respond(server, 415, { headers: [{ name: 'Accept', value: infoTypes.join(', ') }] })
  }
  usage.respond(server, 200)
  usage.front.tell({ type: 'info', contentType: type, body: Buffer.from(request.body).toString() })
}
