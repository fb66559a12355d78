import { checkCapturesFunction } from './check-captures.ts'
import { checkEndpoint } from './check-endpoint.ts'
import { createPortalSession } from './create-portal-session.ts'
import { eraseRecord } from './erase-record.ts'
import { previewFilter } from './preview-filter.ts'
import { previewTransform } from './preview-transform.ts'
import { recaptureFunction } from './recapture.ts'
import { replayEvents } from './replay-events.ts'
import { cancelRedeliveryFunction, retryFailed } from './retry-failed.ts'
import { retryDelivery } from './retry-delivery.ts'
import { rotateSigningKey } from './rotate-signing-key.ts'
import { rotateWebhookSecret } from './rotate-webhook-secret.ts'
import type { RpcFunction } from './rpc.ts'
import { sendExisting } from './send-existing.ts'
import { testAlert } from './test-alert.ts'
import { testWebhook } from './test-webhook.ts'
import { webhookStats } from './webhook-stats.ts'

/** The functions that can be called as `/rest/v1/rpc/<name>`. */
export const FUNCTIONS: Readonly<Record<string, RpcFunction>> = {
  test_webhook: testWebhook,
  check_endpoint: checkEndpoint,
  test_alert: testAlert,
  retry_delivery: retryDelivery,
  retry_failed: retryFailed,
  replay_events: replayEvents,
  send_existing: sendExisting,
  cancel_redelivery: cancelRedeliveryFunction,
  rotate_webhook_secret: rotateWebhookSecret,
  rotate_signing_key: rotateSigningKey,
  preview_filter: previewFilter,
  preview_transform: previewTransform,
  webhook_stats: webhookStats,
  create_portal_session: createPortalSession,
  erase_record: eraseRecord,
  check_captures: checkCapturesFunction,
  recapture: recaptureFunction,
}
