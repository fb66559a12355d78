import type { Client, Row } from '@connectgain/webhooks-client'
import { Command, Option } from 'commander'
import { RECORD_NAMES } from '../../domain/event-types/records.ts'
import type { RecordName } from '../../domain/event-types/records.ts'
import type { ConnectionFlags } from '../client/api.ts'
import { requireRow, withConnection } from '../client/api.ts'
import { escapeLine, formatTime, paint, print, printJson, printTable } from '../client/output.ts'
import { parseJsonOption, parseTimeOption } from '../client/parse.ts'
import { withApi } from '../client/run.ts'

interface Flags extends ConnectionFlags {
  /** The option is mandatory. */
  record: RecordName
  filter?: Record<string, unknown>
  since?: string
  dryRun?: boolean
}

type Sync = Row<'webhook_syncs'>

const LOOK_EVERY_MS = 500

export function syncCommand(): Command {
  const command = new Command('sync').description('send a webhook the records that exist')
  withConnection(
    command
      .command('start')
      .argument('<webhook>', 'id of a webhook')
      .description('send existing records, each as the event of its creation, and show the progress'),
  )
    .addOption(new Option('--record <record>', 'which records').choices(RECORD_NAMES).makeOptionMandatory())
    .option('--filter <json>', "beside the webhook's own filter, see docs/filtering.md", parseJsonOption)
    .option('--since <time>', 'only records that changed since, such as 30d', parseTimeOption)
    .option('--dry-run', 'count only, send nothing')
    .action(withApi(start))
  withConnection(
    command.command('list').argument('<webhook>').description('list the syncs of a webhook'),
  ).action(withApi(list))
  for (const [name, status, text] of [
    ['pause', 'paused', 'read no more records; what was read is sent'],
    ['resume', 'running', 'go on with a paused sync'],
    ['cancel', 'cancelled', 'end a sync and cancel its deliveries that wait'],
  ] as const) {
    withConnection(command.command(name).argument('<sync>').description(text)).action(
      withApi((api, flags, [id]) => change(api, flags, id!, status)),
    )
  }
  return command
}

async function start(
  api: Client,
  { record, filter, since, dryRun, json }: Flags,
  [id]: readonly string[],
): Promise<void> {
  const started = await api.webhooks.sendExisting(id!, {
    record,
    dry_run: dryRun === true,
    ...(filter === undefined ? {} : { filter }),
    ...(since === undefined ? {} : { since }),
  })
  if (started.sync_id === undefined) {
    if (json) return printJson(started)
    return print(started.matched === null ? 'Too many records to count' : `${started.matched} would be sent`)
  }
  const ended = await watch(api, started.sync_id, json === true)
  if (ended.status !== 'done' || ended.failed > 0) process.exitCode = 1
  if (json) return printJson(ended)
  print(describe(ended))
}

async function list(api: Client, { json }: ConnectionFlags, [id]: readonly string[]): Promise<void> {
  const syncs = await api
    .table('webhook_syncs')
    .list({ where: { webhook_id: id! }, order: 'started_at.desc' })
    .toArray()
  if (json) return printJson(syncs)
  if (syncs.length === 0) return print('No syncs yet. Start one: sync start --help')
  printTable(
    ['ID', 'STARTED', 'RECORD', 'STATUS', 'PROGRESS'],
    syncs.map((sync) => [sync.id, formatTime(sync.started_at), sync.record, sync.status, progressOf(sync)]),
  )
}

async function change(
  api: Client,
  { json }: ConnectionFlags,
  id: string,
  status: 'paused' | 'running' | 'cancelled',
): Promise<void> {
  const sync = await requireRow(
    api.table('webhook_syncs').update(id, { status }),
    `no sync has the id ${id}`,
    { hint: 'See: sync list <webhook>' },
  )
  if (json) return printJson(sync)
  print(describe(sync))
}

const progressOf = ({ matched, sent, failed }: Sync): string =>
  `${sent}${matched === null ? '' : ` of ${matched}`} sent${failed > 0 ? `, ${failed} failed` : ''}`

const describe = (sync: Sync): string =>
  `${progressOf(sync)}: ${sync.status}${sync.reason === null ? '' : `, ${escapeLine(sync.reason)}`}`

/** Shows the progress until the sync ends or pauses; on a terminal, on one line that is updated in place. */
async function watch(api: Client, id: string, isQuiet: boolean): Promise<Sync> {
  for (;;) {
    const sync = await requireRow(api.table('webhook_syncs').get(id), `the sync ${id} no longer exists`)
    const isOver = sync.status !== 'running'
    if (process.stderr.isTTY && !isQuiet)
      process.stderr.write(`\r${paint('dim', progressOf(sync))}${isOver ? '\n' : ''}`)
    if (isOver) return sync
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
