import type { Pool } from 'pg'
import type { Row } from '../../../packages/client/src/index.ts'

/** One row per attempt with the columns of ours, except for those that only our own engine fills. */
export type PeerLogRow = Omit<
  Row<'webhook_logs'>,
  'trigger' | 'error_code' | 'diagnosis' | 'next_attempt_at' | 'response_headers'
> & { response_headers: Record<string, string | string[] | undefined> | null }

/** One index besides the key, for listing a webhook's attempts; ours has three. */
export const CREATE_LOG = `
  create table webhook_logs (
    id uuid primary key,
    organization_id uuid not null,
    webhook_id uuid not null,
    delivery_id uuid not null,
    event_id uuid not null,
    event text not null,
    url text not null,
    status text not null,
    attempt integer not null,
    response_code integer,
    error_message text,
    duration_ms integer not null,
    request_headers json not null,
    request_body text,
    response_headers json,
    response_body text,
    created_at timestamptz not null
  );
  create index webhook_logs_webhook on webhook_logs (webhook_id, created_at desc);`

const COLUMNS =
  'id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt, response_code, error_message, duration_ms, request_headers, request_body, response_headers, response_body, created_at'

/** Resolves when the row is committed. */
export type WriteLog = (row: PeerLogRow) => Promise<void>

export function createLog(pool: Pool, kind: 'single' | 'batched'): WriteLog {
  return kind === 'single' ? createSingleLog(pool) : createBatchedLog(pool)
}

function createSingleLog(pool: Pool): WriteLog {
  const places = COLUMNS.split(',').map((_, index) => `$${index + 1}`)
  const insert = { name: 'log', text: `insert into webhook_logs (${COLUMNS}) values (${places.join(', ')})` }
  return async (row) => {
    await pool.query({
      ...insert,
      values: [
        row.id,
        row.organization_id,
        row.webhook_id,
        row.delivery_id,
        row.event_id,
        row.event,
        row.url,
        row.status,
        row.attempt,
        row.response_code,
        row.error_message,
        row.duration_ms,
        JSON.stringify(row.request_headers),
        row.request_body,
        JSON.stringify(row.response_headers),
        row.response_body,
        row.created_at,
      ],
    })
  }
}

const BATCH = 200

/** Better than typical applications: each batch holds all rows that arrived while the previous one was written. */
function createBatchedLog(pool: Pool): WriteLog {
  const insert = {
    name: 'log-batch',
    text: `insert into webhook_logs (${COLUMNS})
      select ${COLUMNS} from json_populate_recordset(null::webhook_logs, $1::json)`,
  }
  let waiting: { row: PeerLogRow; onWritten: () => void; onError: (error: unknown) => void }[] = []
  let isWriting = false

  async function writeAll(): Promise<void> {
    isWriting = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH)
      await pool.query({ ...insert, values: [JSON.stringify(batch.map(({ row }) => row))] }).then(
        () => batch.forEach(({ onWritten }) => onWritten()),
        (error: unknown) => batch.forEach(({ onError }) => onError(error)),
      )
      await new Promise((resolve) => setImmediate(resolve))
    }
    isWriting = false
  }

  return async (row) => {
    await new Promise<void>((onWritten, onError) => {
      waiting.push({ row, onWritten, onError })
      if (!isWriting) void writeAll()
    })
  }
}
