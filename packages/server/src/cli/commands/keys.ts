import type { Client } from '@connectgain/webhooks-client'
import { Command, Option } from 'commander'
import { SCOPES } from '../../domain/principal.ts'
import type { ConnectionFlags } from '../client/api.ts'
import { requireRow, withConnection } from '../client/api.ts'
import { chooseOrganization } from '../client/organization.ts'
import { print, printJson, printTable, formatTime, escapeLine } from '../client/output.ts'
import { withApi } from '../client/run.ts'

interface Flags extends ConnectionFlags {
  organization?: string
  name: string
  scope: (typeof SCOPES)[number]
}

export function keysCommand(): Command {
  const command = new Command('keys').description('list, create and revoke organization keys')
  withConnection(command.command('list').description('list keys, without their values')).action(withApi(list))
  withConnection(command.command('create').description('create a key, which is shown this once'))
    .requiredOption('--name <name>', 'name of the key')
    .addOption(new Option('--scope <scope>', 'scope of the key').choices(SCOPES).default('read'))
    .option('--organization <id>', "organization, or the CRM's own key of it (default: the only one)")
    .action(withApi(create))
  withConnection(
    command.command('revoke').argument('<id>').description('revoke a key immediately and permanently'),
  ).action(withApi(revoke))
  return command
}

async function list(api: Client, { json }: Flags): Promise<void> {
  const keys = await api.table('api_keys').list({ order: 'created_at' }).toArray()
  if (json) return printJson(keys)
  if (keys.length === 0) return print('No keys yet. Create one: keys create --help')
  printTable(
    ['ID', 'NAME', 'SCOPE', 'KEY', 'LAST USED', 'STATE', 'ORGANIZATION'],
    keys.map((key) => [
      key.id,
      key.name,
      key.scope,
      key.hint,
      formatTime(key.last_used_at),
      key.revoked_at === null ? 'in use' : 'revoked',
      key.organization_id,
    ]),
  )
}

async function create(api: Client, { organization, name, scope, json }: Flags): Promise<void> {
  const key = await api.table('api_keys').insert({
    organization_id: await chooseOrganization(api, organization),
    name,
    scope,
  })
  if (json) return printJson(key)
  print(`Created ${escapeLine(key.name)} (${key.scope})  ${key.id}`)
  print(`Key, shown only once: ${key.key}`)
}

async function revoke(api: Client, { json }: Flags, [id]: readonly string[]): Promise<void> {
  const key = await requireRow(
    api.table('api_keys').update(id!, { revoked_at: new Date().toISOString() }),
    `no key has the id ${id}`,
    { hint: 'See: keys list' },
  )
  if (json) return printJson(key)
  print(`Revoked ${escapeLine(key.name)}`)
}
