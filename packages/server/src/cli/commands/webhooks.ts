import type { Client, Row, Tables } from '@connectgain/webhooks-client'
import { Command, Option } from 'commander'
import { describeBytes } from '../../domain/kept-body.ts'
import { ORDERINGS, SIGNATURE_TYPES } from '../../domain/webhook.ts'
import type { ConnectionFlags } from '../client/api.ts'
import { CommandFailed, requireRow, withConnection } from '../client/api.ts'
import { readAuth, withAuth } from '../client/auth-options.ts'
import type { AuthFlags } from '../client/auth-options.ts'
import { chooseOrganization } from '../client/organization.ts'
import { print, printJson, printTable, showStatus, formatTime, escapeLine } from '../client/output.ts'
import type { Cell } from '../client/output.ts'
import { parseJsonOption } from '../client/parse.ts'
import { withApi } from '../client/run.ts'
import { readShape, withShape } from '../client/shape-options.ts'
import type { ShapeFlags } from '../client/shape-options.ts'
import { previewWebhook } from './preview-webhook.ts'

type Webhook = Row<'webhook_configurations'>

interface Flags extends ConnectionFlags, AuthFlags, ShapeFlags {
  organization?: string
  name: string
  webhookUrl: string
  events: string[]
  secret?: string
  signatureType?: (typeof SIGNATURE_TYPES)[number]
  filter?: Record<string, unknown>
  description?: string
  inactive?: boolean
  event?: string
  data?: Record<string, unknown>
  ordering?: (typeof ORDERINGS)[number]
  coalesce?: boolean
}

const orderingOption = (): Option =>
  new Option('--ordering <order>', 'record: deliveries about one record wait for each other').choices(
    ORDERINGS,
  )
const COALESCE = ['--coalesce', 'let a newer update of a record replace one that waits'] as const

export function webhooksCommand(): Command {
  const command = new Command('webhooks').description(
    'list, create, update, test, preview, enable, disable and delete webhooks',
  )
  withConnection(command.command('list').description('list webhooks and their health'))
    .option('--organization <id>', "only this organization, or the CRM's own key of it")
    .action(withApi(list))
  withShape(withAuth(withConnection(command.command('create').description('create a webhook'))))
    .requiredOption('--name <name>', 'name of the webhook')
    .requiredOption('--webhook-url <url>', 'the https:// URL to send to')
    .requiredOption('--events <names...>', 'event types, such as contact.created or "deal.*"')
    .option('--organization <id>', "organization, or the CRM's own key of it (default: the only one)")
    .option('--secret <secret>', 'signing secret; "generate" creates one and shows it once')
    .addOption(
      new Option(
        '--signature-type <type>',
        'hmac signs with the secret, ed25519 with the key of the organization',
      ).choices(SIGNATURE_TYPES),
    )
    .option('--filter <json>', 'filter on events, see docs/filtering.md', parseJsonOption)
    .option('--description <text>')
    .addOption(orderingOption())
    .option(...COALESCE)
    .option('--inactive', 'create it disabled')
    .action(withApi(create))
  withShape(
    withAuth(
      withConnection(command.command('update').argument('<id>').description('change what the options name')),
    ),
  )
    .option('--name <name>', 'name of the webhook')
    .option('--webhook-url <url>', 'the https:// URL to send to')
    .option('--events <names...>', 'event types, such as contact.created or "deal.*"')
    .option('--description <text>')
    .addOption(orderingOption())
    .option(...COALESCE)
    .option('--no-coalesce', 'send every update')
    .option('--no-auth', 'send neither access tokens nor a client certificate any more')
    .action(withApi(update))
  withConnection(command.command('test').argument('<id>').description('send a test and print the response'))
    .option('--event <name>', 'event type (default: the first of its events)')
    .option('--data <json>', "record to send (default: the event type's example)", parseJsonOption)
    .action(withApi(test))
  withShape(
    withConnection(
      command
        .command('preview')
        .argument('<id>')
        .description('show what the webhook would send, as it is or with other options'),
    ),
  )
    .option('--event <name>', 'event type whose example is shown (default: contact.created)')
    .option('--event-id <id>', 'an event of yours')
    .action(withApi(previewWebhook))
  for (const [name, isActive, text] of [
    ['enable', true, 'enable a webhook'],
    ['disable', false, 'disable a webhook and cancel its pending deliveries'],
  ] as const) {
    withConnection(command.command(name).argument('<id>').description(text)).action(
      withApi((api, flags, [id]) => change(api, flags, id!, isActive)),
    )
  }
  withConnection(
    command.command('delete').argument('<id>').description('delete a webhook; its logs stay'),
  ).action(withApi(remove))
  return command
}

async function list(
  api: Client,
  { organization, json }: Pick<Flags, 'organization' | 'json'>,
): Promise<void> {
  const chosen = organization === undefined ? undefined : await chooseOrganization(api, organization)
  const webhooks = await api.webhooks
    .list({ where: { organization_id: chosen }, order: 'created_at' })
    .toArray()
  if (json) return printJson(webhooks)
  if (webhooks.length === 0) return print('No webhooks yet. Create one: webhooks create --help')
  printTable(
    ['ID', 'NAME', 'STATE', 'EVENTS', 'URL'],
    webhooks.map((each) => [each.id, each.name, formatState(each), each.events.join(' '), each.url]),
  )
}

function formatState({ is_active, health }: Webhook): Cell {
  return is_active ? showStatus(health) : 'disabled'
}

/** The columns that both a new webhook and a changed one take from options. */
function readColumns(flags: Partial<Flags>): Tables['webhook_configurations']['update'] {
  const auth = readAuth(flags)
  return {
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.webhookUrl === undefined ? {} : { url: flags.webhookUrl }),
    ...(flags.events === undefined ? {} : { events: splitNames(flags.events) }),
    ...(flags.description === undefined ? {} : { description: flags.description }),
    ...(auth === undefined ? {} : { auth }),
    ...(flags.ordering === undefined ? {} : { ordering: flags.ordering }),
    ...(flags.coalesce === undefined ? {} : { coalesce: flags.coalesce }),
    ...readShape(flags),
  }
}

const splitNames = (lists: readonly string[]): string[] => lists.flatMap((names) => names.split(','))

async function update(api: Client, flags: Flags, [id]: readonly string[]): Promise<void> {
  const columns = readColumns(flags)
  if (Object.keys(columns).length === 0)
    throw new CommandFailed('nothing to change', { hint: 'See: webhooks update --help' })
  const webhook = await requireRow(api.webhooks.update(id!, columns), ...missing(id!))
  if (flags.json) return printJson(webhook)
  print(`Updated ${escapeLine(webhook.name)}`)
}

async function create(api: Client, flags: Flags): Promise<void> {
  const webhook = await api.webhooks.create({
    ...readColumns(flags),
    organization_id: await chooseOrganization(api, flags.organization),
    name: flags.name,
    url: flags.webhookUrl,
    events: splitNames(flags.events),
    is_active: flags.inactive !== true,
    ...(flags.secret === undefined ? {} : { secret: flags.secret }),
    ...(flags.signatureType === undefined ? {} : { signature_type: flags.signatureType }),
    ...(flags.filter === undefined ? {} : { filter: flags.filter }),
  })
  if (flags.json) return printJson(webhook)
  print(`Created ${escapeLine(webhook.name)}  ${webhook.id}`)
  if (webhook.secret !== undefined) print(`Secret, shown only once: ${webhook.secret}`)
  if (webhook.signature_type === 'ed25519') await printPublicKey(api, webhook)
  print(`Try it: webhooks test ${webhook.id}`)
}

async function printPublicKey(api: Client, { organization_id: organization }: Webhook): Promise<void> {
  const [key] = await api
    .table('webhook_signing_keys')
    .list({ where: { organization_id: organization, expires_at: null }, limit: 1 })
    .toArray()
  if (key !== undefined) print(`Public key: ${key.public_key}`)
  print(`All public keys: ${api.url}/.well-known/webhooks-keys/${organization}`)
}

async function test(api: Client, { event, data, json }: Flags, [id]: readonly string[]): Promise<void> {
  const result = await api.webhooks.test(id!, {
    ...(event === undefined ? {} : { event }),
    ...(data === undefined ? {} : { data }),
  })
  if (result.status !== 'success') process.exitCode = 1
  if (json) return printJson(result)
  const code = result.response_code === null ? '' : `  ${result.response_code}`
  print(`${showStatus(result.status).toString()}${code}  ${result.duration_ms} ms  log ${result.log_id}`)
  if (result.error_message !== null) print(escapeLine(result.error_message))
  if (result.diagnosis !== null) print(escapeLine(result.diagnosis))
  if (result.response_body) print(`Answer: ${describeBody(result.response_body)}`)
}

function describeBody(body: string): string {
  const bytes = describeBytes(body)
  return bytes === undefined ? escapeLine(body.slice(0, 500)) : `${bytes.size} bytes of ${bytes.type}`
}

async function change(api: Client, { json }: ConnectionFlags, id: string, isActive: boolean): Promise<void> {
  const changed = isActive ? api.webhooks.enable(id) : api.webhooks.disable(id)
  const webhook = await requireRow(changed, ...missing(id))
  if (json) return printJson(webhook)
  print(
    `${escapeLine(webhook.name)} is ${isActive ? 'active' : 'disabled'} since ${formatTime(new Date().toISOString())}`,
  )
}

async function remove(api: Client, { json }: Flags, [id]: readonly string[]): Promise<void> {
  const webhook = await requireRow(api.webhooks.delete(id!), ...missing(id!))
  if (json) return printJson(webhook)
  print(`Deleted ${escapeLine(webhook.name)}`)
}

const missing = (id: string) => [`no webhook has the id ${id}`, { hint: 'See: webhooks list' }] as const
