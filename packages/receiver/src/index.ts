export { verifyJson, verifyWebhook } from './verify.ts'
export { verifyCloudEvent } from './cloud-events.ts'
export type { WebhookCloudEvent } from './cloud-events.ts'
export type { ThinWebhookEvent } from './thin-event.ts'
export type { VerifyWebhookOptions, WebhookHeaders, WebhookSecret } from './verify.ts'
export { createKeySet } from './key-set.ts'
export type { KeySetOptions, WebhookKeySet } from './key-set.ts'
export { WebhookVerificationError } from './verification-error.ts'
export type { WebhookVerificationErrorCode } from './verification-error.ts'
export type {
  Contact,
  Conversation,
  Deal,
  Meeting,
  Message,
  WebhookBody,
  WebhookEvent,
  WebhookEventOf,
  WebhookEventType,
} from './events.ts'
