import assert from 'node:assert/strict'
import { createWebhook } from './on-each-engine.ts'
import type { Stage } from './on-each-engine.ts'
import type { ReceivedRequest } from './receiver-server.ts'
import { until } from './until.ts'

export interface Sync {
  id: string
  status: string
  reason: string | null
  matched: number | null
  sent: number
  failed: number
  finished_at: string | null
}

export type Started = { matched: number | null; sync_id?: string }

/** An organization of its own for each test, with contacts. */
export async function createContacts(
  stage: Stage,
  count: number,
): Promise<{ organizationId: string; ids: string[] }> {
  const { api } = stage.server
  const { id: organizationId } = await api.insert<{ id: string }>('organizations', { name: 'Synced' })
  const witness = await createWebhook(stage, { organization_id: organizationId })
  const contacts = Array.from({ length: count }, (_, index) => ({
    organization_id: organizationId,
    first_name: `Contact ${index}`,
    company: index % 2 === 0 ? 'Even' : 'Odd',
  }))
  const { body } = await api.request<{ id: string }[]>('POST', 'contacts', contacts, {
    prefer: 'return=representation',
  })
  // Their own events have left the outbox: later webhooks do not get them.
  await stage.receiver.received(witness.path, count)
  await api.request('DELETE', `webhook_configurations?id=eq.${witness.id}`)
  return { organizationId, ids: body.map(({ id }) => id) }
}

export const startSync = async (stage: Stage, body: object): Promise<Started> => {
  const { status, body: started } = await stage.server.api.rpc<Started>('send_existing', body)
  assert.equal(status, 200, JSON.stringify(started))
  return started
}

export const readSync = async (stage: Stage, id: string): Promise<Sync> =>
  (await stage.server.api.get<Sync>(`webhook_syncs?id=eq.${id}`))[0]!

export const untilStatus = async (stage: Stage, id: string, status: string): Promise<Sync> => {
  await until(`the sync to be ${status}`, async () => (await readSync(stage, id)).status === status)
  return await readSync(stage, id)
}

export const idOf = ({ json }: ReceivedRequest): string => String(json.data['id'])
