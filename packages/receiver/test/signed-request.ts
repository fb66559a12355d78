import { createHmac } from 'node:crypto'

export interface SignedRequest {
  body: string
  headers: Record<string, string>
  secret: string
}

export const now = new Date('2025-01-15T10:30:00Z')
export const plainSecret = 'your-secret-key'
export const standardSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

const contactCreated = {
  event: 'contact.created',
  timestamp: '2025-01-15T10:29:58.000Z',
  data: { id: '5b0f7f0e-2d1e-4d44-9d5e-0b8a7f1c2d3e', first_name: 'Zoë', company: '你好 👋' },
}

interface Wanted {
  body?: string | Uint8Array
  secret?: string
  /** Seconds before `now`; negative for the future. */
  age?: number
}

/** Signs with node:crypto, independent of the code under test. */
export function signStandard(wanted: Wanted = {}): SignedRequest {
  const { body = JSON.stringify(contactCreated), secret = plainSecret, age = 0 } = wanted
  const timestamp = String(now.getTime() / 1000 - age)
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret
  const mac = createHmac('sha256', key).update(`evt_1.${timestamp}.`).update(body).digest('base64')
  const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` }
  return { body: Buffer.from(body).toString(), headers, secret }
}

/** Signs with `X-Webhook-Signature` only. */
export function signBodyOnly(wanted: Wanted = {}): SignedRequest {
  const { body = JSON.stringify(contactCreated), secret = plainSecret, age = 0 } = wanted
  const headers = {
    'X-Webhook-Timestamp': new Date(now.getTime() - age * 1000).toISOString(),
    'X-Webhook-Signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  }
  return { body: Buffer.from(body).toString(), headers, secret }
}
