import type { Client } from '@connectgain/webhooks-client'
import { CommandFailed } from './api.ts'

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/**
 * Returns the named organization, or the only one: most self-hosted installations have one.
 * @param named id, or the CRM's own key of the organization
 * @throws CommandFailed if there are several, or none
 */
export async function chooseOrganization(api: Client, named: string | undefined): Promise<string> {
  if (named !== undefined) return UUID.test(named) ? named : await findByKey(api, named)
  const found = new Set<string>()
  for (const [table, select, limit] of [
    ['organizations', 'id', 2],
    ['webhook_configurations', 'id:organization_id', 1_000],
  ] as const) {
    // Fails for an organization's own key, which may not list organizations, and without the reference CRM, which has
    // the table.
    const rows = await api
      .table<{ id: string }>(table)
      .list({ select, order: 'created_at', limit, pageSize: limit })
      .toArray()
      .catch(() => [])
    for (const { id } of rows) found.add(id)
    if (found.size > 0) break
  }
  const [only, another] = found
  if (only !== undefined && another === undefined) return only
  throw new CommandFailed(only === undefined ? 'no organization exists yet' : 'several organizations exist', {
    hint: 'Choose one: --organization <id>',
  })
}

async function findByKey(api: Client, key: string): Promise<string> {
  const organizations = api.table<{ id: string; external_id: string }>('organizations')
  const [found] = await organizations.list({ where: { external_id: key }, select: 'id', limit: 1 }).toArray()
  if (found === undefined) throw new CommandFailed(`no organization has the key ${key}`)
  return found.id
}
