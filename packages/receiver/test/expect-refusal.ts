import assert from 'node:assert/strict'
import { WebhookVerificationError, type WebhookVerificationErrorCode } from '../src/index.ts'

/** The refusal's message, for a test that has more to say about it. */
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
