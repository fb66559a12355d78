// Written by `npm run generate` from the OpenAPI document: change the results of the functions in api/rpc.

/** The results of the API's functions, as clients read them. Times are ISO 8601. */
export interface Results {
  test_webhook: {
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
    response_body: string | null
    /** Null without a response */
    response_code: number | null
    status: 'success' | 'failed'
  }
  retry_delivery: {
    attempt: number
    delivery_id: string
    /** What to do about the failure */
    diagnosis: string | null
    duration_ms: number
    error_message: string | null
    /** Its row in webhook_logs */
    log_id: string
    next_attempt_at: string | null
    response_body: string | null
    /** Null without a response */
    response_code: number | null
    status: 'success' | 'failed'
  }
  retry_failed: {
    /** Null if there are too many events to count */
    matched: number | null
    /** 0 in a dry run; otherwise as matched */
    queued: number | null
    /** Its row in webhook_redeliveries; missing in a dry run */
    redelivery_id?: string
  }
  replay_events: {
    /** Null if there are too many events to count */
    matched: number | null
    /** 0 in a dry run; otherwise as matched */
    queued: number | null
    /** Its row in webhook_redeliveries; missing in a dry run */
    redelivery_id?: string
  }
  cancel_redelivery: {
    /** False if it had ended */
    cancelled: boolean
  }
  rotate_webhook_secret: {
    /** When the replaced secret stops signing; null if it does not sign */
    previous_secret_until: string | null
    /** The new secret, which no other response shows */
    secret: string
  }
  rotate_signing_key: {
    /** Of the new key; its kid in the JWK set */
    id: string
    organization_id: string
    /** When the replaced key stops signing; null if there is none or it does not sign */
    previous_expires_at: string | null
    /** The new public key: whpk_ and base64 */
    public_key: string
  }
  preview_filter: {
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
  webhook_stats: {
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
  create_portal_session: {
    expires_at: string
    url: string
  }
  erase_record:
    | {
        /** Events that contain the id: the result of a dry run */
        matched: number
      }
    | {
        /** Its row in webhook_erasures */
        erasure_id: string
      }
  check_captures: {
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
  recapture: {
    /** Events */
    emitted: number
    /** Rows that still exist and whose events were lost */
    matched: number
    /** What could not be processed, and why */
    notes?: string[]
  }
}

export type Result<Name extends keyof Results> = Results[Name]
