// Written by `npm run generate` from the OpenAPI document: change the migrations, api/openapi/column-facts.ts, or the
// schemas of the functions in api/rpc.

import type { CodedText } from './error.ts'

/** The API's tables and views: rows as they are read, and what can be inserted and changed. Times are ISO 8601. */
export interface Tables {
  api_keys: {
    row: {
      created_at: string
      hint: string
      id: string
      last_used_at: string | null
      name: string
      organization_id: string
      revoked_at: string | null
      scope: 'admin' | 'read' | 'emit'
    }
    insert: {
      id?: string
      name: string
      organization_id: string
      scope: 'admin' | 'read' | 'emit'
    }
    update: {
      name?: string
      revoked_at?: string | null
    }
  }
  audit_log: {
    row: {
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
  }
  webhook_activity: {
    row: {
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
  }
  webhook_alert_recipients: {
    row: {
      created_at: string
      email: string
      id: string
      /** The language of the mails to this address */
      locale: 'en' | 'de' | 'es' | 'pt-BR' | 'ar'
      organization_id: string
    }
    insert: {
      email: string
      /** The language of the mails to this address */
      locale?: 'en' | 'de' | 'es' | 'pt-BR' | 'ar'
      organization_id: string
    }
    update: {
      email?: string
      /** The language of the mails to this address */
      locale?: 'en' | 'de' | 'es' | 'pt-BR' | 'ar'
    }
  }
  webhook_alerts: {
    row: {
      /** The codes of its texts, for other languages. Only where select names it */
      codes?: {
        message?: CodedText
      }
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
  }
  webhook_capture_faults: {
    row: {
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
  }
  webhook_captures: {
    row: {
      checked_at: string | null
      id: string
      problems: string[]
      /** What the rows are: a record, an event type of your own, or organizations */
      record: string
      status: 'ok' | 'drifted' | 'missing'
      table_name: string
    }
  }
  webhook_checkups: {
    row: {
      checked_at: string
      checks: {
        advice: string | null
        codes: Record<string, {
          code: string
          params: Record<string, unknown>
        }>
        detail: string
        name:
          | 'reachable'
          | 'tls'
          | 'response_time'
          | 'keep_alive'
          | 'signed_test'
          | 'wrong_signature'
          | 'missing_signature'
          | 'old_timestamp'
          | 'repeated_id'
          | 'unknown_event'
          | 'emoji'
          | 'large_body'
        status: 'pass' | 'warn' | 'fail' | 'skipped'
      }[]
      id: string
      organization_id: string
      /** The worst status of its checks */
      status: 'pass' | 'warn' | 'fail'
      /** The URL of the webhook at that time */
      url: string
      webhook_id: string
    }
  }
  webhook_configurations: {
    row: {
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
      /** Whether a newer update of a record replaces an older one that still waits; needs ordering record */
      coalesce: boolean
      /** The codes of its texts, for other languages. Only where select names it */
      codes?: {
        disabled_reason?: CodedText
        health_reason?: CodedText
      }
      created_at: string
      description: string | null
      disabled_at: string | null
      disabled_reason: string | null
      events: string[]
      filter: Record<string, unknown> | null
      /** What the bodies of requests are written as */
      format: 'connectgain' | 'cloudevents' | 'cloudevents-binary' | 'slack' | 'teams' | 'discord' | 'google_chat' | 'transform'
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
      /** record: deliveries about one record are sent one after another, in the order of the changes */
      ordering: 'none' | 'record'
      organization_id: string
      /** full: the record; thin: the id of the record and the names of the fields that changed */
      payload: 'full' | 'thin'
      previous_secret_until: string | null
      rate_limit: number | null
      redact: string[]
      secret_hint: string | null
      signature_type: 'hmac' | 'ed25519'
      timeout_ms: number | null
      /** JavaScript that makes the bodies with the format transform: a module whose default export is a function of the event */
      transform: string | null
      /** Examples for the transform: the event's body, and the body that it must return, or null where it skips the event */
      transform_tests: {
        /** An event's body */
        event: Record<string, unknown>
        /** The body that the transform must return; null: it skips the event */
        expected: unknown
        name: string
      }[]
      updated_at: string
      url: string
    }
    insert: {
      /** How requests authenticate themselves beside their signature; secrets can be written but not read */
      auth?:
        | {
            audience?: string
            client_id: string
            client_secret: string
            scope?: string
            token_url: string
            type: 'oauth2'
          }
        | {
            certificate: string
            key: string
            type: 'mtls'
          }
        | null
      /** Whether a newer update of a record replaces an older one that still waits; needs ordering record */
      coalesce?: boolean
      description?: string | null
      events: string[]
      filter?: Record<string, unknown> | null
      /** What the bodies of requests are written as */
      format?: 'connectgain' | 'cloudevents' | 'cloudevents-binary' | 'slack' | 'teams' | 'discord' | 'google_chat' | 'transform'
      headers?: Record<string, string>
      id?: string
      ignore_origins?: string[]
      is_active?: boolean
      max_in_flight?: number | null
      name: string
      /** record: deliveries about one record are sent one after another, in the order of the changes */
      ordering?: 'none' | 'record'
      organization_id: string
      /** full: the record; thin: the id of the record and the names of the fields that changed */
      payload?: 'full' | 'thin'
      rate_limit?: number | null
      redact?: string[]
      secret?: string | null
      signature_type?: 'hmac' | 'ed25519'
      timeout_ms?: number | null
      /** JavaScript that makes the bodies with the format transform: a module whose default export is a function of the event */
      transform?: string | null
      /** Examples for the transform: the event's body, and the body that it must return, or null where it skips the event */
      transform_tests?: {
        /** An event's body */
        event: Record<string, unknown>
        /** The body that the transform must return; null: it skips the event */
        expected: unknown
        name: string
      }[]
      url: string
    }
    update: {
      /** How requests authenticate themselves beside their signature; secrets can be written but not read */
      auth?:
        | {
            audience?: string
            client_id: string
            client_secret: string
            scope?: string
            token_url: string
            type: 'oauth2'
          }
        | {
            certificate: string
            key: string
            type: 'mtls'
          }
        | null
      /** Whether a newer update of a record replaces an older one that still waits; needs ordering record */
      coalesce?: boolean
      description?: string | null
      events?: string[]
      filter?: Record<string, unknown> | null
      /** What the bodies of requests are written as */
      format?: 'connectgain' | 'cloudevents' | 'cloudevents-binary' | 'slack' | 'teams' | 'discord' | 'google_chat' | 'transform'
      headers?: Record<string, string>
      ignore_origins?: string[]
      is_active?: boolean
      max_in_flight?: number | null
      name?: string
      /** record: deliveries about one record are sent one after another, in the order of the changes */
      ordering?: 'none' | 'record'
      /** full: the record; thin: the id of the record and the names of the fields that changed */
      payload?: 'full' | 'thin'
      rate_limit?: number | null
      redact?: string[]
      secret?: string | null
      signature_type?: 'hmac' | 'ed25519'
      timeout_ms?: number | null
      /** JavaScript that makes the bodies with the format transform: a module whose default export is a function of the event */
      transform?: string | null
      /** Examples for the transform: the event's body, and the body that it must return, or null where it skips the event */
      transform_tests?: {
        /** An event's body */
        event: Record<string, unknown>
        /** The body that the transform must return; null: it skips the event */
        expected: unknown
        name: string
      }[]
      url?: string
    }
  }
  webhook_deliveries: {
    row: {
      attempts: number
      /** The codes of its texts, for other languages. Only where select names it */
      codes?: {
        last_error?: CodedText
        reason?: CodedText
      }
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
      /** How the body is made: format, its version, and thin; null: as the event is */
      shape: string | null
      status: 'delivered' | 'pending' | 'retrying' | 'failed' | 'filtered' | 'cancelled'
      updated_at: string
      webhook_id: string
    }
  }
  webhook_delivery_faults: {
    row: {
      /** The codes of its texts, for other languages. Only where select names it */
      codes?: {
        reason?: CodedText
      }
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
  }
  webhook_erasures: {
    row: {
      /** The codes of its texts, for other languages. Only where select names it */
      codes?: {
        reason?: CodedText
      }
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
  }
  webhook_event_types: {
    row: {
      category: string
      /** The codes of its texts, for other languages. Only where select names it */
      codes?: {
        description?: CodedText
      }
      description: string
      example: Record<string, unknown>
      is_custom: boolean
      name: string
      schema: Record<string, unknown> | null
    }
    insert: {
      description: string
      example?: Record<string, unknown>
      name: string
      schema?: Record<string, unknown> | null
    }
    update: {
      description?: string
      example?: Record<string, unknown>
      schema?: Record<string, unknown> | null
    }
  }
  webhook_events: {
    row: {
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
    insert: {
      data: Record<string, unknown>
      event: string
      id?: string
      organization_id: string
      previous?: Record<string, unknown> | null
      source?: string
      timestamp?: string
    }
  }
  webhook_fault_counts: {
    row: {
      /** The codes of its texts, for other languages. Only where select names it */
      codes?: {
        last_reason?: CodedText
      }
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
  }
  webhook_inbox_requests: {
    row: {
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
  }
  webhook_inboxes: {
    row: {
      created_at: string
      expires_at: string
      id: string
      organization_id: string
      response_status: number
      url: string
    }
    insert: {
      organization_id: string
      response_status?: number
    }
    update: {
      response_status?: number
    }
  }
  webhook_logs: {
    row: {
      attempt: number
      /** The codes of its texts, for other languages. Only where select names it */
      codes?: {
        diagnosis?: CodedText
        error_message?: CodedText
      }
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
        | 'transform_failed'
        | 'transform_skipped'
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
      /** The first 16 KiB. Not text in UTF-8: a data: URL with the media type, base64 */
      response_body: string | null
      response_code: number | null
      response_headers: Record<string, string> | null
      status: 'success' | 'failed'
      trigger: 'event' | 'retry' | 'manual' | 'replay' | 'sync' | 'test'
      url: string
      webhook_id: string
    }
  }
  webhook_queues: {
    row: {
      due_at: string | null
      organization_id: string
      waiting: number
      webhook_id: string
    }
  }
  webhook_redeliveries: {
    row: {
      /** The codes of its texts, for other languages. Only where select names it */
      codes?: {
        reason?: CodedText
      }
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
  }
  webhook_signing_keys: {
    row: {
      created_at: string
      /** When a replaced key stops signing; null for the current key */
      expires_at: string | null
      /** Also the kid of the published key */
      id: string
      organization_id: string
      public_key: string
    }
  }
  webhook_skips: {
    row: {
      count: number
      day: string
      event: string
      organization_id: string
      reason: 'inactive' | 'not subscribed'
      webhook_id: string
    }
  }
  webhook_source_payloads: {
    row: {
      created_at: string
      id: string
      organization_id: string
      payload: string
      provider: string
      reason: string
    }
  }
  webhook_sources: {
    row: {
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
    insert: {
      organization_id: string
      provider: 'zoom' | 'whatsapp'
      secret: string
      verify_token?: string | null
    }
    update: {
      secret?: string
      verify_token?: string | null
    }
  }
  webhook_syncs: {
    row: {
      /** The codes of its texts, for other languages. Only where select names it */
      codes?: {
        reason?: CodedText
      }
      failed: number
      filter: unknown
      finished_at: string | null
      id: string
      /** Records to send; null: too many to count in advance */
      matched: number | null
      organization_id: string
      /** Why the system paused or cancelled it; null if a person did */
      reason: string | null
      record: 'contact' | 'deal' | 'conversation' | 'message' | 'meeting'
      sent: number
      since: string | null
      started_at: string
      /** Can be changed to paused, running and cancelled */
      status: 'running' | 'paused' | 'done' | 'cancelled'
      updated_at: string
      webhook_id: string
    }
    update: {
      /** Can be changed to paused, running and cancelled */
      status?: 'running' | 'paused' | 'done' | 'cancelled'
    }
  }
  webhook_transforms: {
    row: {
      created_at: string
      organization_id: string
      source: string
      version: number
      webhook_id: string
    }
  }
}

/** The API's functions. */
export interface Functions {
  test_webhook: {
    arguments: {
      data?: Record<string, unknown>
      event?: string
      webhook_id: string
    }
    result: {
      /** The codes of error_message and diagnosis, for other languages */
      codes: Record<string, {
        code: string
        params: Record<string, unknown>
      }>
      /** What to do about the failure */
      diagnosis: string | null
      duration_ms: number
      error_message: string | null
      /** Its row in webhook_logs */
      log_id: string
      /** What was sent, with secrets masked */
      request: {
        body: string
        headers: Record<string, string>
      }
      /** The first 16 KiB. Not text in UTF-8: a data: URL with the media type, base64 */
      response_body: string | null
      /** Null without a response */
      response_code: number | null
      status: 'success' | 'failed'
    }
  }
  check_endpoint: {
    arguments: {
      webhook_id: string
    }
    result: {
      checked_at: string
      checks: {
        /** What to do about it; null if there is nothing to do */
        advice: string | null
        /** The codes of detail and advice, for other languages */
        codes: Record<string, {
          code: string
          params: Record<string, unknown>
        }>
        /** What was found */
        detail: string
        name:
          | 'reachable'
          | 'tls'
          | 'response_time'
          | 'keep_alive'
          | 'signed_test'
          | 'wrong_signature'
          | 'missing_signature'
          | 'old_timestamp'
          | 'repeated_id'
          | 'unknown_event'
          | 'emoji'
          | 'large_body'
        status: 'pass' | 'warn' | 'fail' | 'skipped'
      }[]
    }
  }
  test_alert: {
    arguments: {
      organization_id?: string
      recipient_id?: string
    }
    result: {
      results: {
        code: 'address_refused' | 'mail_refused' | 'auth_refused' | 'tls_failure' | 'timeout' | 'offline' | null
        email: string
        reason: string | null
        /** Its row in webhook_alert_recipients */
        recipient_id: string
        /** What the mail server said, such as 550 5.1.1 No such user */
        reply: string | null
        /** sent: the mail server accepted the mail */
        status: 'sent' | 'refused'
      }[]
    }
  }
  retry_delivery: {
    arguments: {
      delivery_id: string
    }
    result: {
      attempt: number
      /** The codes of error_message and diagnosis, for other languages */
      codes: Record<string, {
        code: string
        params: Record<string, unknown>
      }>
      delivery_id: string
      /** What to do about the failure */
      diagnosis: string | null
      duration_ms: number
      error_message: string | null
      /** Its row in webhook_logs */
      log_id: string
      next_attempt_at: string | null
      /** The first 16 KiB. Not text in UTF-8: a data: URL with the media type, base64 */
      response_body: string | null
      /** Null without a response */
      response_code: number | null
      status: 'success' | 'failed'
    }
  }
  retry_failed: {
    arguments: {
      dry_run?: boolean
      event?: string
      since?: string
      until?: string
      webhook_id: string
    }
    result: {
      /** Null if there are too many events to count */
      matched: number | null
      /** 0 in a dry run; otherwise as matched */
      queued: number | null
      /** Its row in webhook_redeliveries; missing in a dry run */
      redelivery_id?: string
    }
  }
  replay_events: {
    arguments: {
      dry_run?: boolean
      event?: string
      since: string
      until?: string
      webhook_id: string
    }
    result: {
      /** Null if there are too many events to count */
      matched: number | null
      /** 0 in a dry run; otherwise as matched */
      queued: number | null
      /** Its row in webhook_redeliveries; missing in a dry run */
      redelivery_id?: string
    }
  }
  send_existing: {
    arguments: {
      dry_run?: boolean
      filter?: Record<string, unknown>
      record: 'contact' | 'deal' | 'conversation' | 'message' | 'meeting'
      since?: string
      webhook_id: string
    }
    result: {
      /** Records to send; null: too many to count in advance */
      matched: number | null
      /** Its row in webhook_syncs; missing in a dry run */
      sync_id?: string
    }
  }
  cancel_redelivery: {
    arguments: {
      redelivery_id: string
    }
    result: {
      /** False if it had ended */
      cancelled: boolean
    }
  }
  rotate_webhook_secret: {
    arguments: {
      overlap_hours?: number
      secret?: string
      webhook_id: string
    }
    result: {
      /** When the replaced secret stops signing; null if it does not sign */
      previous_secret_until: string | null
      /** The new secret, which no other response shows */
      secret: string
    }
  }
  rotate_signing_key: {
    arguments: {
      organization_id?: string
      overlap?: string | number
    }
    result: {
      /** Of the new key; its kid in the JWK set */
      id: string
      organization_id: string
      /** When the replaced key stops signing; null if there is none or it does not sign */
      previous_expires_at: string | null
      /** The new public key: whpk_ and base64 */
      public_key: string
    }
  }
  preview_filter: {
    arguments: {
      events?: string[]
      filter: unknown
      organization_id?: string
      webhook_id?: string
    }
    result: {
      matched: number
      /** Recent events of the event types */
      of: number
      /** The latest that match */
      samples: {
        data: Record<string, unknown>
        event: string
        id: string
        previous?: Record<string, unknown>
        timestamp: string
      }[]
    }
  }
  preview_transform: {
    arguments: {
      /** An event's body */
      event?: {
        data: Record<string, unknown>
        event: string
        previous?: Record<string, unknown>
        timestamp?: string
      }
      event_id?: string
      format?: 'connectgain' | 'cloudevents' | 'cloudevents-binary' | 'slack' | 'teams' | 'discord' | 'google_chat' | 'transform'
      organization_id?: string
      payload?: 'full' | 'thin'
      redact?: string[]
      transform?: string | null
      webhook_id?: string
    }
    result: {
      /** What would be sent; null: nothing */
      body: string | null
      /** Why the outcome is failed, and where in the transform */
      error: {
        /** The code of message, for other languages */
        codes: Record<string, {
          code: string
          params: Record<string, unknown>
        }>
        column: number | null
        line: number | null
        message: string
      } | null
      /** The headers that the format adds or changes */
      headers: Record<string, string>
      outcome: 'body' | 'skipped' | 'failed'
    }
  }
  webhook_stats: {
    arguments: {
      bucket: '5m' | '1h' | '1d'
      organization_id?: string
      since: string
      until: string
      webhook_id?: string
    }
    result: {
      bucket: '5m' | '1h' | '1d'
      buckets: {
        attempts: number
        /** Failed attempts by error code */
        errors: Record<string, number>
        failed: number
        /** Milliseconds, accurate to 4 % or 1 ms; null without measured attempts */
        latency: {
          p50: number
          p95: number
          p99: number
        } | null
        start: string
        success: number
        /** Null without attempts */
        success_rate: number | null
      }[]
      since: string
      totals: {
        attempts: number
        /** Failed attempts by error code */
        errors: Record<string, number>
        failed: number
        /** Milliseconds, accurate to 4 % or 1 ms; null without measured attempts */
        latency: {
          p50: number
          p95: number
          p99: number
        } | null
        success: number
        /** Null without attempts */
        success_rate: number | null
      }
      until: string
    }
  }
  create_portal_session: {
    arguments: {
      expires_in?: number
      locale?: 'en' | 'de' | 'es' | 'pt-BR' | 'ar'
      organization_id: string
      return_to?: string
    }
    result: {
      expires_at: string
      /** What the link carries */
      token: string
      url: string
    }
  }
  erase_record: {
    arguments: {
      dry_run?: boolean
      object?: string
      organization_id?: string
      record_id: string
      terms?: string[]
    }
    result:
      | {
          /** Events that contain the id: the result of a dry run */
          matched: number
        }
      | {
          /** Its row in webhook_erasures */
          erasure_id: string
        }
  }
  check_captures: {
    arguments: {

    }
    result: {
      /** Rows of webhook_captures */
      captures: {
        checked_at: string | null
        problems: string[]
        record: string
        status: 'ok' | 'drifted' | 'missing'
        table_name: string
      }[]
      /** Events lost in the last seven days and not emitted since: rows of faults, and drift periods */
      lost: {
        drifts: number
        rows: number
        /** Null if none */
        since: string | null
      }
    }
  }
  recapture: {
    arguments: {
      dry_run?: boolean
      since: string
      table?: string
      until?: string
    }
    result: {
      /** Events */
      emitted: number
      /** Rows that still exist and whose events were lost */
      matched: number
      /** What could not be processed, and why */
      notes?: string[]
    }
  }
}
