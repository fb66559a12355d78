import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { maskSecrets, writeResult } from './write-result.ts'

suite('results for an assistant', () => {
  test('credentials are masked wherever they are quoted', () => {
    const texts = [
      ['key cgw_abcdefgh1234', 'key ••••••'],
      ['Authorization: Bearer abc.defghijklmnop.q', 'Authorization: Bearer ••••••'],
      [`X-Webhook-Signature: sha256=${'ab'.repeat(32)}`, 'X-Webhook-Signature: sha256=••••••'],
      [`webhook-signature: v1,${'A'.repeat(43)}=`, 'webhook-signature: ••••••'],
      ['https://a.example/?a=1&token=x', 'https://a.example/?a=••••••&token=••••••'],
      ['the endpoint returned 404', 'the endpoint returned 404'],
      ['Use Basic authentication.', 'Use Basic authentication.'],
    ] as const
    for (const [text, masked] of texts) assert.equal(maskSecrets(text), masked)
  })

  test('long texts are cut, and long lists end earlier, which the result says', () => {
    const row = { text: 'x'.repeat(5_000) }
    const text = writeResult({ rows: Array.from({ length: 100 }, () => row), id: 'a' })
    const result = JSON.parse(text) as { rows: { text: string }[]; id: string; left_out: string }
    assert.ok(text.length <= 30_000 && result.rows.length > 10)
    assert.match(result.rows[0]!.text, /^x{1000}… \(cut\)$/)
    assert.deepEqual([result.id, result.left_out], ['a', 'The result was too long.'])
  })
})
