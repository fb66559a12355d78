import type { Connection } from '../database/database.ts'

const EXPIRE_BATCH = 1_000

/** @param retention milliseconds */
export async function expireFaults(database: Connection, retention: number): Promise<void> {
  const expired = `select id from webhooks.webhook_delivery_faults
    where created_at < now() - $1::double precision * interval '1 millisecond' order by created_at limit $2`
  const deletion = `delete from webhooks.webhook_delivery_faults where id = any (array(${expired}))`
  while ((await database.query(deletion, [retention, EXPIRE_BATCH])).rowCount === EXPIRE_BATCH);
}
