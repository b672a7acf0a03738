/** One request outside a dialog and its final response: OPTIONS, REGISTER, MESSAGE, authenticated where asked. */
import { OffhookError } from '../../../spec/errors.ts'
import { routeThrough } from '../dialog/route.ts'
import { request } from '../message/build.ts'
import { withHeader } from '../message/headers.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { formatNameAddr, withTag } from '../message/name-addr.ts'
import type { Flow } from '../transport/contract.ts'
import type { RequestOptions } from './contract.ts'
import { Authorizer, isChallenge } from './credentials.ts'
import { readAddress } from './invite-request.ts'
import type { Stack } from './stack.ts'

const mostTries = 4

export function requestOutside(stack: Stack, options: RequestOptions): Promise<SipResponse> {
  const authorizer = new Authorizer(options.credentials, stack.random)
  const callId = options.callId ?? stack.random(16)
  const first = options.cseq ?? 1
  const from = formatNameAddr(withTag(readAddress('From', options.from), stack.random(8)))
  return new Promise((resolve, reject) => {
    const attempt = (tries: number): void => {
      const { method, uri, proxy, to, headers = [], body, listener, flow } = options
      const plain = request({
        method,
        uri,
        ...(proxy !== undefined && { route: [routeThrough(proxy)] }),
        from,
        to,
        callId,
        cseq: { number: first + tries, method },
        headers,
        ...(body && { body }),
      })
      const proven = authorizer.prove(plain)
      const build = (flow: Flow): SipRequest => contacted(stack, options, proven, flow)
      stack.request(
        { next: proxy ?? uri, build, ...(listener !== undefined && { listener }), ...(flow && { flow }) },
        {
          onResponse: (response, flow, sent) => {
            if (response.status < 200) return
            if (isChallenge(response) && tries + 1 < mostTries && authorizer.answer(response, sent) === undefined) {
              return attempt(tries + 1)
            }
            options.onFlow?.(flow, sent)
            resolve(response)
          },
          onFailed: (kind, why) =>
            reject(new OffhookError(kind === 'timeout' ? 'carrier.timeout' : 'carrier.failed', why)),
        },
      )
    }
    attempt(0)
  })
}

function contacted(stack: Stack, { contact }: RequestOptions, request: SipRequest, flow: Flow): SipRequest {
  if (!contact) return request
  return withHeader(request, 'Contact', `${stack.contact(flow, contact.user)}${contact.params ?? ''}`)
}
