// Written by `npm run generate` from the OpenAPI document: change the migrations, or api/openapi/column-facts.ts.

/** The rows of the API's tables and views, as clients read them. Times are ISO 8601. */
export interface Rows {
  api_keys: {
    created_at: string
    hint: string
    id: string
    last_used_at: string | null
    name: string
    organization_id: string
    revoked_at: string | null
    scope: 'admin' | 'read' | 'emit'
  }
  audit_log: {
    action: string
    actor_id: string | null
    actor_kind: string
    actor_name: string | null
    at: string
    changed: string[]
    id: string
    ip_address: string | null
    new_values: Record<string, unknown>
    old_values: Record<string, unknown>
    organization_id: string | null
    target_id: string | null
    target_name: string | null
    target_table: string
    user_agent: string | null
  }
  webhook_activity: {
    attempts: number
    failed: number
    /** Hours with attempts: {start, success, failed} */
    hours: {
      failed: number
      start: string
      success: number
    }[]
    organization_id: string
    webhook_id: string
  }
  webhook_alert_recipients: {
    created_at: string
    email: string
    id: string
    organization_id: string
  }
  webhook_alerts: {
    count: number
    created_at: string
    id: string
    message: string
    organization_id: string
    since: string
    threshold: number | null
    type: 'webhook.failing' | 'webhook.deactivated' | 'webhook.recovered' | 'delivery.exhausted'
    webhook_id: string
    webhook_name: string
  }
  webhook_capture_faults: {
    code: string
    created_at: string
    effect: string
    id: string
    message: string
    operation: string
    recaptured_at: string | null
    record_ids: string[]
    relation: string
    row_count: number
  }
  webhook_captures: {
    checked_at: string | null
    id: string
    problems: string[]
    /** What the rows are: a record, an event type of your own, or organizations */
    record: string
    status: 'ok' | 'drifted' | 'missing'
    table_name: string
  }
  webhook_configurations: {
    /** How requests authenticate themselves beside their signature; secrets can be written but not read */
    auth:
      | {
          audience?: string
          client_id: string
          scope?: string
          token_url: string
          type: 'oauth2'
        }
      | {
          expires_at: string
          fingerprint: string
          issuer: string
          subject: string
          type: 'mtls'
        }
      | null
    certificate_expires_at: string | null
    created_at: string
    description: string | null
    disabled_at: string | null
    disabled_reason: string | null
    events: string[]
    filter: Record<string, unknown> | null
    has_secret: boolean
    headers: Record<string, string>
    health: 'healthy' | 'degraded' | 'held'
    health_reason: string | null
    health_since: string
    id: string
    ignore_origins: string[]
    is_active: boolean
    is_recovering: boolean
    max_in_flight: number | null
    name: string
    organization_id: string
    previous_secret_until: string | null
    rate_limit: number | null
    redact: string[]
    secret_hint: string | null
    signature_type: 'hmac' | 'ed25519'
    timeout_ms: number | null
    updated_at: string
    url: string
  }
  webhook_deliveries: {
    attempts: number
    completed_at: string | null
    created_at: string
    event: string
    event_id: string
    id: string
    last_error: string | null
    last_response_code: number | null
    next_attempt_at: string | null
    organization_id: string
    reason: string | null
    record_id: string | null
    redact: string[] | null
    status: 'delivered' | 'pending' | 'retrying' | 'failed' | 'filtered' | 'cancelled'
    updated_at: string
    webhook_id: string
  }
  webhook_delivery_faults: {
    created_at: string
    delivery_id: string | null
    event: string | null
    event_id: string | null
    id: string
    organization_id: string
    reason: string
    stage: 'relay' | 'claim' | 'record' | 'cancel' | 'retry' | 'replay' | 'erase'
    webhook_id: string | null
  }
  webhook_erasures: {
    completed_at: string | null
    created_at: string
    deliveries: number
    events: number
    failed: number
    id: string
    object: string | null
    organization_id: string
    others: number
    reason: string | null
    record_id: string
    status: 'running' | 'completed' | 'failed'
    updated_at: string
  }
  webhook_event_types: {
    category: string
    description: string
    example: Record<string, unknown>
    is_custom: boolean
    name: string
    schema: Record<string, unknown> | null
  }
  webhook_events: {
    created_at: string
    data: Record<string, unknown>
    event: string
    id: string
    organization_id: string
    origin: string | null
    previous: Record<string, unknown> | null
    source: string
    timestamp: string
    traceparent: string | null
  }
  webhook_fault_counts: {
    count: number
    last_at: string
    last_delivery_id: string | null
    last_event: string | null
    last_event_id: string | null
    last_reason: string | null
    last_stage: string | null
    organization_id: string
    since: string
    webhook_id: string | null
  }
  webhook_inbox_requests: {
    body: string
    body_bytes: number
    created_at: string
    headers: Record<string, string>
    id: string
    inbox_id: string
    method: string
    organization_id: string
    signature: 'valid' | 'invalid' | 'unsigned' | 'unknown'
  }
  webhook_inboxes: {
    created_at: string
    expires_at: string
    id: string
    organization_id: string
    response_status: number
    url: string
  }
  webhook_logs: {
    attempt: number
    created_at: string
    delivery_id: string
    diagnosis: string | null
    duration_ms: number
    error_code:
      | 'redirect'
      | 'client_error'
      | 'gone'
      | 'rate_limited'
      | 'server_error'
      | 'timeout'
      | 'connection_refused'
      | 'connection_reset'
      | 'unreachable'
      | 'dns_failure'
      | 'tls_failure'
      | 'invalid_response'
      | 'token_failure'
      | 'blocked_destination'
      | 'network_error'
      | 'secret_unreadable'
      | 'not_sendable'
      | 'not_recordable'
      | 'internal_error'
      | null
    error_message: string | null
    event: string
    event_id: string
    id: string
    next_attempt_at: string | null
    organization_id: string
    request_body: string | null
    request_headers: Record<string, string>
    response_body: string | null
    response_code: number | null
    response_headers: Record<string, string> | null
    status: 'success' | 'failed'
    trigger: 'event' | 'retry' | 'manual' | 'replay' | 'test'
    url: string
    webhook_id: string
  }
  webhook_queues: {
    due_at: string | null
    organization_id: string
    waiting: number
    webhook_id: string
  }
  webhook_redeliveries: {
    completed_at: string | null
    created_at: string
    event: string | null
    failed: number
    id: string
    kind: 'retry_failed' | 'replay_events'
    matched: number | null
    organization_id: string
    queued: number
    reason: string | null
    since: string | null
    status: 'running' | 'completed' | 'cancelled'
    until: string
    updated_at: string
    webhook_id: string
  }
  webhook_signing_keys: {
    created_at: string
    /** When a replaced key stops signing; null for the current key */
    expires_at: string | null
    /** Also the kid of the published key */
    id: string
    organization_id: string
    public_key: string
  }
  webhook_skips: {
    count: number
    day: string
    event: string
    organization_id: string
    reason: 'inactive' | 'not subscribed'
    webhook_id: string
  }
  webhook_source_payloads: {
    created_at: string
    id: string
    organization_id: string
    payload: string
    provider: string
    reason: string
  }
  webhook_sources: {
    created_at: string
    has_secret: boolean
    has_verify_token: boolean
    id: string
    last_received_at: string | null
    organization_id: string
    provider: 'zoom' | 'whatsapp'
    secret_hint: string
    updated_at: string
  }
}

export type Row<Table extends keyof Rows> = Rows[Table]
