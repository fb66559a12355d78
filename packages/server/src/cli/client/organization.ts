import type { Api } from './api.ts'
import { CommandFailed } from './api.ts'

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/**
 * Returns the named organization, or the only one: most self-hosted installations have one.
 * @param named id, or the CRM's own key of the organization
 * @throws CommandFailed if there are several, or none
 */
export async function chooseOrganization(api: Api, named: string | undefined): Promise<string> {
  if (named !== undefined) return UUID.test(named) ? named : await findByKey(api, named)
  const found = new Set<string>()
  for (const path of [
    'organizations?select=id&limit=2',
    'webhook_configurations?select=id:organization_id&limit=1000',
  ]) {
    // Fails for an organization's own key, which may not list organizations, and without the reference CRM, which has
    // the table.
    const rows = await api.get<{ id: string }>(path).catch(() => [])
    for (const { id } of rows) found.add(id)
    if (found.size > 0) break
  }
  const [only, another] = found
  if (only !== undefined && another === undefined) return only
  throw new CommandFailed(only === undefined ? 'no organization exists yet' : 'several organizations exist', {
    hint: 'Choose one: --organization <id>',
  })
}

async function findByKey(api: Api, key: string): Promise<string> {
  const [found] = await api.get<{ id: string }>(
    `organizations?select=id&external_id=eq.${encodeURIComponent(key)}`,
  )
  if (found === undefined) throw new CommandFailed(`no organization has the key ${key}`)
  return found.id
}
