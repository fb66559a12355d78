import { hash } from 'node:crypto'

const MAX_TIME = 2 ** 48 - 1

/**
 * Returns the id of the delivery of an event to a webhook: a UUIDv8 (RFC 9562) with the event's time in front, as in a UUIDv7. It is
 * the same each time, so that a delivery that is sent again after a crash has the id that it was sent with before.
 *
 * @param createdMs when the event was created, in Unix milliseconds
 */
export function deriveDeliveryId(createdMs: number, eventId: string, webhookId: string): string {
  const time = Math.min(createdMs, MAX_TIME).toString(16).padStart(12, '0')
  const digest = hash('sha256', eventId + webhookId, 'hex')
  const variant = ((Number.parseInt(digest[3]!, 16) & 0x3) | 0x8).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-8${digest.slice(0, 3)}-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}`
}
