import { createHmac } from 'node:crypto'
import { Agent, request } from 'undici'
import { newId } from '../../../packages/server/src/domain/ids.ts'
import type { Endpoint } from '../load.ts'
import type { WriteLog } from './log.ts'
import type { PeerJob } from './peer-process.ts'

const TIMEOUT_MS = 10_000

/**
 * Creates the typical webhook task of a job queue: sign, send, log, and fail the job if the receiver did not accept it.
 * Webhooks are held in memory; a real task would have to read them.
 */
export function createDelivery(
  endpoints: readonly Endpoint[],
  writeLog: WriteLog,
): (job: PeerJob, attempt: number) => Promise<void> {
  const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]))
  const agent = new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS, keepAliveTimeout: 60_000 })
  return async (job, attempt) => {
    const endpoint = byId.get(job.webhookId)
    if (endpoint === undefined) return
    const startedAt = Date.now()
    const headers = buildHeaders(job, attempt, endpoint.secret)
    const response = await send(agent, endpoint.url, headers, job.body)
    const isSuccess = response.statusCode !== null && response.statusCode >= 200 && response.statusCode < 300
    await writeLog({
      id: newId(),
      organization_id: endpoint.organizationId,
      webhook_id: endpoint.id,
      delivery_id: job.deliveryId,
      event_id: job.eventId,
      event: job.event,
      url: endpoint.url,
      status: isSuccess ? 'success' : 'failed',
      attempt,
      response_code: response.statusCode,
      error_message: response.error,
      duration_ms: Date.now() - startedAt,
      request_headers: headers,
      request_body: job.body,
      response_headers: response.headers,
      response_body: response.body,
      created_at: new Date(startedAt).toISOString(),
    })
    if (!isSuccess) throw new Error(response.error ?? `answered ${response.statusCode}`)
  }
}

function buildHeaders(job: PeerJob, attempt: number, secret: string): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'Peer/1.0',
    'X-Webhook-Event': job.event,
    'X-Webhook-Timestamp': new Date().toISOString(),
    'X-Webhook-Id': job.eventId,
    'X-Webhook-Delivery': job.deliveryId,
    'X-Webhook-Attempt': String(attempt),
    'X-Webhook-Signature': `sha256=${createHmac('sha256', secret).update(job.body).digest('hex')}`,
  }
}

interface PeerResponse {
  statusCode: number | null
  headers: Record<string, string | string[] | undefined> | null
  body: string | null
  error: string | null
}

async function send(
  agent: Agent,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<PeerResponse> {
  try {
    const response = await request(url, { dispatcher: agent, method: 'POST', headers, body })
    return {
      statusCode: response.statusCode,
      headers: response.headers,
      body: (await response.body.text()).slice(0, 16_384),
      error: null,
    }
  } catch (error) {
    return { statusCode: null, headers: null, body: null, error: String(error) }
  }
}
