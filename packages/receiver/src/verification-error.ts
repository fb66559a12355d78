/**
 * Why a request was refused. Stable: safe to branch on and to count by.
 *
 * - `missing_secret`, `malformed_secret`: this program is misconfigured, independent of the request.
 * - `keys_unavailable`: the public keys cannot be fetched; the request may be valid, so respond with a status of 500 or above.
 * - `missing_header`, `malformed_header`: the request is not a signed webhook.
 * - `timestamp_out_of_tolerance`: too old or too new; a wrong clock or a replay.
 * - `signature_mismatch`: another secret, or a body that differs from the signed bytes.
 * - `malformed_body`: `body` is not raw, or it has a valid signature but is no webhook body.
 */
export type WebhookVerificationErrorCode =
  | 'missing_secret'
  | 'malformed_secret'
  | 'keys_unavailable'
  | 'missing_header'
  | 'malformed_header'
  | 'timestamp_out_of_tolerance'
  | 'signature_mismatch'
  | 'malformed_body'

/** `message` names the problem and its remedy. It contains no secret, no signature and no part of the request. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError'
  readonly code: WebhookVerificationErrorCode

  constructor(code: WebhookVerificationErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
