import assert from 'node:assert/strict'
import { OURS } from './in-process-api.ts'
import type { InProcessApi } from './in-process-api.ts'
import { SERVICE_KEY } from './server-process.ts'

/** A row of `audit_log`. */
export interface Entry {
  organization_id: string | null
  at: string
  actor_kind: string
  actor_id: string | null
  actor_name: string | null
  action: string
  target_table: string
  target_id: string
  target_name: string | null
  changed: string[]
  old_values: Record<string, unknown>
  new_values: Record<string, unknown>
  ip_address: string | null
  user_agent: string | null
}

/** The entries about one target, the first one first. */
export async function readEntries(api: InProcessApi, target: string, key = SERVICE_KEY): Promise<Entry[]> {
  const path = `audit_log?target_id=eq.${target}&order=at,id`
  const { status, json } = await api.ask<Entry[]>('GET', path, { key })
  assert.equal(status, 200, JSON.stringify(json))
  return json
}

/** Inserts a row, of our organization unless it says another one. */
export async function storeAs(
  api: InProcessApi,
  key: string,
  table: string,
  body: object,
): Promise<Record<string, string>> {
  const { status, json } = await api.ask<Record<string, string>[]>('POST', table, {
    key,
    headers: { prefer: 'return=representation' },
    body: { organization_id: OURS, ...body },
  })
  assert.equal(status, 201, JSON.stringify(json))
  return json[0]!
}
