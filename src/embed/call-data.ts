/** What each carrier says of a call in its start message, in its own words. */

interface Named {
  readonly stream_id: string
  readonly call_id: string
}

/** Parameters that the user's own markup gave the stream. */
type Body = Readonly<Record<string, string>>

export interface CallDataOf {
  readonly twilio: Named & { readonly account_sid?: string; readonly body: Body }
  readonly telnyx: Named & {
    readonly call_control_id: string
    readonly from?: string
    readonly to?: string
    readonly outbound_encoding?: string
    readonly client_state?: string
    readonly body: Body
  }
  readonly plivo: Named & { readonly account_id?: string; readonly body: Body }
  readonly vobiz: Named & { readonly account_id?: string; readonly body: Body }
  readonly vonage: {
    readonly call_id?: string
    readonly from?: string
    readonly to?: string
    readonly content_type: string
    readonly body: Body
  }
  readonly cloudonix: Named & {
    readonly session: string
    readonly call_sid?: string
    readonly domain?: string
    readonly from?: string
    readonly to?: string
    readonly body: Body
  }
  readonly exotel: Named & {
    readonly account_sid?: string
    readonly from?: string
    readonly to?: string
    readonly custom_parameters: Body
  }
}

export type CarrierName = keyof CallDataOf

/** By `carrier`, what `data` holds. */
export type CallData = {
  [Name in CarrierName]: { readonly carrier: Name; readonly data: CallDataOf[Name] }
}[CarrierName]
