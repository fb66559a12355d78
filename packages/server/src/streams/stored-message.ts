import type { Msg, MsgHdrs } from '@nats-io/transport-node'

/** Where a consumer's message comes from, as its reply subject tells. */
export interface DeliveryInfo {
  sequence: number
  /** How often it was delivered, 1 for the first time. */
  deliveries: number
  /** Messages behind it that this consumer has not delivered. */
  pending: number
  /** The number of this delivery among all of the consumer. */
  place: number
}

/** `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<of the consumer>.<time>.<pending>`; newer servers put domain and account before the stream. */
const SHORT = 9

export function readDelivery({ reply = '' }: Pick<Msg, 'reply'>): DeliveryInfo {
  const parts = reply.split('.')
  const first = parts.length === SHORT ? 4 : 6
  return {
    deliveries: Number(parts[first]),
    sequence: Number(parts[first + 1]),
    place: Number(parts[first + 2]),
    pending: Number(parts[first + 4]),
  }
}

export const hasHeader = (headers: MsgHdrs | undefined, name: string): boolean =>
  headers !== undefined && headers.get(name) !== ''
