import { Command } from 'commander'
import type { Client } from '@connectgain/webhooks-client'
import type { ConnectionFlags } from '../client/api.ts'
import { withConnection } from '../client/api.ts'
import { chooseOrganization } from '../client/organization.ts'
import { escapeLine, printJson, printTable, showStatus } from '../client/output.ts'
import { withApi } from '../client/run.ts'

interface Flags extends ConnectionFlags {
  organization?: string
}

export function alertsCommand(): Command {
  const command = new Command('alerts').description('check that alert mails arrive')
  withConnection(
    command.command('test').description('send a test alert to every recipient of an organization'),
  )
    .option('--organization <id>', "organization, or the CRM's own key of it (default: the only one)")
    .action(withApi(test))
  return command
}

async function test(api: Client, { organization, json }: Flags): Promise<void> {
  const organizationId = await chooseOrganization(api, organization)
  const { results } = await api.call('test_alert', { organization_id: organizationId })
  if (results.some(({ status }) => status !== 'sent')) process.exitCode = 1
  if (json) return printJson(results)
  printTable(
    ['RECIPIENT', 'STATUS', 'REASON'],
    results.map(({ email, status, reason, reply }) => [
      email,
      showStatus(status),
      escapeLine([reason, reply].filter((part) => part !== null).join(' ')),
    ]),
  )
}
