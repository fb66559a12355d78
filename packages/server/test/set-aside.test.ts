import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { releaseSetAside } from '../src/maintenance/release-set-aside.ts'
import { newId } from '../src/domain/ids.ts'
import { ENGINES } from './harness/databases.ts'
import type { InProcessWorker } from './harness/in-process-worker.ts'
import { startWorker } from './harness/in-process-worker.ts'
import { LONG, until } from './harness/until.ts'

/** Refuses to let poisoned deliveries leave the queue and, with `public.strict`, to set them aside. */
const REFUSING = `
  create table public.poisoned (event_id uuid);
  create table public.strict (is_strict boolean);
  create function public.refuse() returns trigger language plpgsql security definer as $$
  begin
    if exists (
      select from public.poisoned p join webhooks.webhook_deliveries d on d.event_id = p.event_id where d.id = old.delivery_id
    ) and (tg_op = 'DELETE' or (exists (select from public.strict) and new.due_at > now() + interval '1 year')) then
      raise 'refused by a test';
    end if;
    return coalesce(new, old);
  end
  $$;
  create trigger refuse before update or delete on webhooks_internal.queue for each row execute function public.refuse();`

suite(
  'deliveries set aside',
  { ...LONG, skip: ENGINES.includes('postgresql') ? false : 'needs PostgreSQL' },
  () => {
    let worker: InProcessWorker
    before(async () => {
      worker = await startWorker('12s')
      await worker.database.execute(REFUSING)
    })
    after(() => worker.close())

    const poison = async (): Promise<string> => {
      const id = newId()
      await worker.database.query('insert into public.poisoned values ($1)', [id])
      return id
    }
    const stateOf = async (eventId: string) =>
      (
        await worker.database.query<{
          status: string
          reason: string | null
          never: boolean
          is_leased: boolean
        }>(
          `select d.status, d.reason, q.due_at = webhooks_internal.never_due() as never, q.lease is not null as is_leased
           from webhooks.webhook_deliveries d join webhooks_internal.queue q on q.delivery_id = d.id where d.event_id = $1`,
          [eventId],
        )
      ).rows[0]
    const sentOf = (path: string, eventId: string): number =>
      worker.receiver.requests.filter(
        (request) => request.path === path && request.headers['x-webhook-id'] === eventId,
      ).length

    test('a delivery that cannot leave the queue is sent once, fails, and is set aside until it can leave', async () => {
      // With a rate limit, deliveries wait in the queue from the start.
      const webhook = await worker.webhook('/aside', { rate_limit: 1_000 })
      const culprit = await poison()
      await worker.emit([culprit, newId()])
      await worker.ended(webhook, 'delivered', 1)
      assert.deepEqual(await worker.ended(webhook, 'failed', 1), [culprit])
      assert.deepEqual(await stateOf(culprit), {
        status: 'failed',
        reason: 'refused by a test',
        never: true,
        is_leased: false,
      })
      assert.equal(sentOf('/aside', culprit), 1)
      const { rows } = await worker.database.query<{ waiting: number; due_at: Date | null }>(
        'select waiting, due_at from webhooks.webhook_queues where webhook_id = $1',
        [webhook],
      )
      assert.deepEqual(rows, [{ waiting: 0, due_at: null }])
      await releaseSetAside(worker.database)
      assert.equal((await stateOf(culprit))?.never, true)
      await worker.database.query('delete from public.poisoned')
      await releaseSetAside(worker.database)
      assert.equal(await stateOf(culprit), undefined)
    })

    test('a delivery that cannot be set aside is not sent again by the same process', async () => {
      await worker.database.query('insert into public.strict values (true)')
      const webhook = await worker.webhook('/stuck', { rate_limit: 1_000 })
      const culprit = await poison()
      await worker.emit([culprit])
      await until('the fault to be recorded', async () => {
        const { rows } = await worker.database.query(
          `select from webhooks.webhook_delivery_faults where event_id = $1 and webhook_id = $2 and stage = 'record'`,
          [culprit, webhook],
        )
        return rows.length > 0
      })
      // Its lease has ended, so it would be claimed before the delivery that follows.
      for (let round = 1; round <= 3; round += 1) {
        await worker.database.query(
          `update webhooks_internal.queue q set due_at = now() - interval '1 hour'
           from webhooks.webhook_deliveries d where d.id = q.delivery_id and d.event_id = $1`,
          [culprit],
        )
        await worker.emit([newId()])
        await worker.ended(webhook, 'delivered', round)
      }
      assert.equal(sentOf('/stuck', culprit), 1)
    })
  },
)
