/** `offhook/transport`: the media of calls in a server of the user's own, whichever carrier they come from. */
export type { CallData, CallDataOf, CarrierName } from './call-data.ts'
export { createTransport, type TransportArguments, type TransportOptions, type WebSocketArguments } from './create.ts'
export type { CarrierSettings, Chosen, TransportFactories } from './factories.ts'
export { Transport, type Heard } from './line.ts'
export { recogniseTransport, type RawMessage, type RecognisedTransport, type TransportSocket } from './streams.ts'
export { OffhookError, type ErrorCode } from '../spec/errors.ts'
