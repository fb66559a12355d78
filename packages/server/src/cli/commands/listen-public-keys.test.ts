import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateSigningKeyPair, readPrivateKey, signAsymmetric } from '../../domain/signature/ed25519.ts'
import { startListener } from './listen.ts'

test('listen verifies requests with a public key, and responds 401 to a changed one', async (t) => {
  const { publicKey, privateKey } = generateSigningKeyPair()
  const listener = await startListener({ port: 0, secrets: [publicKey], write: () => {} })
  t.after(() => listener.close())
  const timestamp = Math.floor(Date.now() / 1_000)
  const body = '{"event":"deal.created","timestamp":"2025-01-15T10:30:00Z","data":{}}'
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signAsymmetric([readPrivateKey(privateKey)], 'evt_1', timestamp, Buffer.from(body)),
  }
  const post = async (sent: string): Promise<number> =>
    (await fetch(listener.url, { method: 'POST', headers, body: sent })).status
  assert.deepEqual([await post(body), await post(`${body} `)], [200, 401])
})
