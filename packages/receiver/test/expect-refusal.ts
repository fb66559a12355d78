import assert from 'node:assert/strict'
import { WebhookVerificationError, type WebhookVerificationErrorCode } from '../src/index.ts'

/** Returns the message of the refusal, for further assertions. */
export async function expectRefusal(
  verification: Promise<unknown>,
  code: WebhookVerificationErrorCode,
): Promise<string> {
  const thrown: unknown = await verification.then(
    () => assert.fail(`verified, although ${code} was due`),
    (error: unknown) => error,
  )
  assert.ok(thrown instanceof WebhookVerificationError, String(thrown))
  assert.equal(thrown.code, code, thrown.message)
  return thrown.message
}
