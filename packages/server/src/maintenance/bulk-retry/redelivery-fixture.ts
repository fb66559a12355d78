import type { Database } from '../../database/database.ts'
import { newId } from '../../domain/ids.ts'
import { countMissed } from './missed-events.ts'
import type { RedeliveryLimits, RedeliveryProgress } from './redeliver-batch.ts'
import { redeliverBatch } from './redeliver-batch.ts'
import type { RedeliveryKind, RedeliveryScope } from './redeliveries.ts'
import { countFailed, fixUntil, startRedelivery } from './redeliveries.ts'

export interface DeliveryState {
  id: string
  event_id: string
  status: string
  reason: string | null
  attempts: number
}

export interface RedeliveryState {
  status: string
  reason: string | null
  matched: number | null
  queued: number
}

/** Small, so that a few rows take several batches. */
const LIMITS: RedeliveryLimits = { batch: 20, maxDue: 100, maxInOutbox: 10 }

/** For tests: one organization with one webhook, its events and deliveries, and bulk work on them. */
export class RedeliveryFixture {
  readonly organization = newId()
  readonly webhook = newId()
  readonly database: Database

  private constructor(database: Database) {
    this.database = database
  }

  static async create(
    database: Database,
    { events = ['*'], filter = null }: { events?: string[]; filter?: object | null } = {},
  ): Promise<RedeliveryFixture> {
    const fixture = new RedeliveryFixture(database)
    await database.query(`insert into organizations (id, name) values ($1, 'Acme')`, [fixture.organization])
    await database.query(
      `insert into webhooks.webhook_configurations (id, organization_id, name, url, events, filter)
       values ($1, $2, 'W', 'https://crm.example.com/x', $3, $4)`,
      [fixture.webhook, fixture.organization, events, filter === null ? null : JSON.stringify(filter)],
    )
    return fixture
  }

  /**
   * Inserts events outside the outbox, all with the same time, each with a delivery in the given state or with none.
   */
  async events(
    count: number,
    { event = 'deal.created', data = {}, status }: { event?: string; data?: object; status?: string } = {},
  ): Promise<string[]> {
    return await this.database.transaction(async (connection) => {
      const ids = Array.from({ length: count }, () => newId())
      await connection.query(
        `insert into webhooks.webhook_events (id, organization_id, event, data)
         select id, $2, $3, $4::json from unnest($1::uuid[]) as id`,
        [ids, this.organization, event, JSON.stringify(data)],
      )
      await connection.query('delete from webhooks_internal.outbox where event_id = any ($1::uuid[])', [ids])
      if (status !== undefined) {
        const isOpen = status === 'pending' || status === 'retrying'
        await connection.query(
          `with made as (
             insert into webhooks.webhook_deliveries
               (organization_id, webhook_id, event_id, event, status, attempts, completed_at)
             select $2::uuid, $3::uuid, id, $4, $5, $6, case when not $7 then now() end
             from unnest($1::uuid[]) as id
             returning id, webhook_id
           )
           insert into webhooks_internal.queue (delivery_id, webhook_id, due_at)
           select id, webhook_id, now() + interval '1 hour' from made where $7`,
          [ids, this.organization, this.webhook, event, status, status === 'failed' ? 3 : 0, isOpen],
        )
      }
      return ids
    })
  }

  async scope(more: Partial<RedeliveryScope> = {}): Promise<RedeliveryScope> {
    const until = await fixUntil(this.database, more.until ?? null)
    return { webhookId: this.webhook, since: '2020-01-01T00:00:00Z', event: null, ...more, until }
  }

  /** Requests bulk work as the API does. */
  async start(kind: RedeliveryKind, more: Partial<RedeliveryScope> = {}): Promise<string> {
    const scope = await this.scope(more)
    const matched = await (kind === 'retry_failed' ? countFailed : countMissed)(this.database, scope)
    return await startRedelivery(this.database, kind, scope, matched)
  }

  async batch(database = this.database): Promise<RedeliveryProgress> {
    return await redeliverBatch(database, LIMITS)
  }

  /** Runs batches until none can continue. */
  async work(): Promise<RedeliveryProgress> {
    for (;;) {
      const progress = await this.batch()
      if (progress !== 'queued') return progress
    }
  }

  async redelivery(id: string): Promise<RedeliveryState> {
    const { rows } = await this.database.query<RedeliveryState>(
      'select status, reason, matched, queued from webhooks.webhook_redeliveries where id = $1',
      [id],
    )
    return rows[0]!
  }

  async deliveries(): Promise<DeliveryState[]> {
    const { rows } = await this.database.query<DeliveryState>(
      'select id, event_id, status, reason, attempts from webhooks.webhook_deliveries where webhook_id = $1',
      [this.webhook],
    )
    return rows
  }

  /** Returns the events of due deliveries, one entry per delivery. */
  async due(): Promise<string[]> {
    const { rows } = await this.database.query<{ event_id: string }>(
      `select d.event_id from webhooks_internal.queue q join webhooks.webhook_deliveries d on d.id = q.delivery_id
       where q.webhook_id = $1 and q.due_at <= now() and d.status in ('pending', 'retrying') order by d.event_id`,
      [this.webhook],
    )
    return rows.map((row) => row.event_id)
  }

  /** Marks everything that is due as sent. */
  async deliverDue(): Promise<void> {
    await this.database.query(
      `with gone as (
         delete from webhooks_internal.queue where webhook_id = $1 and due_at <= now() returning delivery_id
       )
       update webhooks.webhook_deliveries d set status = 'delivered', completed_at = now()
       from gone where d.id = gone.delivery_id`,
      [this.webhook],
    )
  }
}
