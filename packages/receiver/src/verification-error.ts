/**
 * Why a request was refused. Stable: safe to branch on and to count by.
 *
 * - `missing_secret`, `malformed_secret`: this program was set up wrongly, whatever the request says.
 * - `missing_header`, `malformed_header`: the request is not a signed webhook.
 * - `timestamp_out_of_tolerance`: too old or too new; a wrong clock or a replay.
 * - `signature_mismatch`: another secret, or a body that is not the bytes that were signed.
 * - `malformed_body`: `body` is not raw, or it is rightly signed but no webhook body.
 */
export type WebhookVerificationErrorCode =
  | 'missing_secret'
  | 'malformed_secret'
  | 'missing_header'
  | 'malformed_header'
  | 'timestamp_out_of_tolerance'
  | 'signature_mismatch'
  | 'malformed_body'

/** `message` says what was wrong and what would be right. It holds no secret, no signature and no part of the request. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError'
  readonly code: WebhookVerificationErrorCode

  constructor(code: WebhookVerificationErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
