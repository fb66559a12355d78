import type { Client, Row } from '@connectgain/webhooks-client'
import { Command } from 'commander'
import type { ConnectionFlags } from '../client/api.ts'
import { CommandFailed, withConnection } from '../client/api.ts'
import { chooseOrganization } from '../client/organization.ts'
import { print, printJson, printTable, showStatus, escapeLine } from '../client/output.ts'
import { parseJsonOption } from '../client/parse.ts'
import { withApi } from '../client/run.ts'

type Delivery = Row<'webhook_deliveries'>

interface Flags extends ConnectionFlags {
  organization?: string
  data?: unknown
  wait?: boolean
}

const WAIT_MS = 30_000
const LOOK_EVERY_MS = 250

export function triggerCommand(): Command {
  return withConnection(
    new Command('trigger')
      .argument('<event>')
      .description('emit an event, with an example record by default'),
  )
    .option('--organization <id>', "organization, or the CRM's own key of it (default: the only one)")
    .option('--data <json>', "record: JSON, @file or - (default: the event type's example)", parseJsonOption)
    .option(
      '--wait',
      'wait for the first attempt of every webhook, at most 30 seconds; exits with 1 if one failed',
    )
    .action(withApi(trigger))
}

async function trigger(api: Client, flags: Flags, [name]: readonly string[]): Promise<void> {
  const organization = await chooseOrganization(api, flags.organization)
  const given = flags.data as Record<string, unknown> | undefined
  const event = await api.events.emit({
    organization_id: organization,
    event: name!,
    data: given ?? (await findExample(api, name!, organization)),
  })
  const deliveries = flags.wait ? await waitForDeliveries(api, event.id) : undefined
  if (deliveries?.some(({ status }) => status !== 'delivered' && status !== 'filtered')) process.exitCode = 1
  if (flags.json) return printJson({ id: event.id, ...(deliveries === undefined ? {} : { deliveries }) })
  print(`Emitted ${escapeLine(name!)}  ${event.id}`)
  if (deliveries === undefined) return print(`See its deliveries: logs --event ${escapeLine(name!)}`)
  if (deliveries.length === 0) return print('No webhook subscribes to it.')
  printTable(
    ['DELIVERY', 'WEBHOOK', 'STATUS', 'CODE', 'WHY'],
    deliveries.map((each) => [
      each.id,
      each.webhook_id,
      showStatus(each.status),
      String(each.last_response_code ?? '-'),
      each.reason ?? each.last_error ?? '',
    ]),
  )
}

/** Adapts the example of the event catalog to a record of this organization. */
async function findExample(
  api: Client,
  name: string,
  organization: string,
): Promise<Record<string, unknown>> {
  const types = await api
    .table('webhook_event_types')
    .list({ select: 'name,example', order: 'name', pageSize: 1_000 })
    .toArray()
  const example = types.find((type) => type.name === name)?.example
  if (example) return 'organization_id' in example ? { ...example, organization_id: organization } : example
  if (types.some((type) => type.name === name)) return {}
  throw new CommandFailed(`no event type is called ${name}`, {
    hint: `Event types: ${types.map((type) => type.name).join(', ')}`,
  })
}

async function waitForDeliveries(api: Client, eventId: string): Promise<Delivery[]> {
  const columns = 'id,webhook_id,status,reason,last_response_code,last_error'
  const until = Date.now() + WAIT_MS
  for (;;) {
    const deliveries = await api.deliveries.list({ where: { event_id: eventId }, select: columns }).toArray()
    const isOver = deliveries.length > 0 && deliveries.every(({ status }) => status !== 'pending')
    // Without a matching webhook there is never a delivery; two seconds are enough to know.
    const hasNoRecipient = deliveries.length === 0 && Date.now() > until - WAIT_MS + 2_000
    if (isOver || hasNoRecipient || Date.now() > until) return deliveries
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
