import type { AttemptRecord } from '../../src/domain/attempt.ts'
import { newId } from '../../src/domain/ids.ts'

/** A test's attempt that succeeded: it has no delivery, so that its row stands alone. */
export function attempt(fields: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    id: newId(),
    organization_id: newId(),
    webhook_id: newId(),
    delivery_id: newId(),
    event_id: newId(),
    event: 'deal.created',
    url: 'https://crm.example.com/webhook',
    status: 'success',
    attempt: 1,
    trigger: 'test',
    response_code: 200,
    error_code: null,
    error_message: null,
    diagnosis: null,
    duration_ms: 1,
    request_headers: '{}',
    request_body: '{}',
    response_headers: '{}',
    response_body: 'ok',
    next_attempt_at: null,
    wait_ms: null,
    retry_after_ms: null,
    created_at: new Date().toISOString(),
    lease: null,
    deactivate: null,
    was_healthy: true,
    is_ordered: false,
    certificate_ends: null,
    ...fields,
  }
}
