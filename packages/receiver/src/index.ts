export { verifyWebhook } from './verify.ts'
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
