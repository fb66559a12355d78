import type { Client, Row, Where } from '@connectgain/webhooks-client'
import { Command } from 'commander'
import type { ConnectionFlags } from '../client/api.ts'
import { withConnection } from '../client/api.ts'
import { print, printJson, printTable, showStatus, formatTime, escapeLine } from '../client/output.ts'
import type { Cell } from '../client/output.ts'
import { parseTimeOption, wholeNumber } from '../client/parse.ts'
import { withApi } from '../client/run.ts'

type LogRow = Row<'webhook_logs'>

interface Flags extends ConnectionFlags {
  webhook?: string
  delivery?: string
  status?: string
  event?: string
  since?: string
  limit: number
  follow?: boolean
}

export function logsCommand(): Command {
  return withConnection(new Command('logs').description('print attempts, newest last'))
    .option('--webhook <id>', 'only this webhook')
    .option('--delivery <id>', 'only this delivery')
    .option('--status <status>', 'success or failed')
    .option('--event <name>', 'only this event type')
    .option('--since <time>', 'start time or duration, such as 2h or 3d', parseTimeOption)
    .option('--limit <n>', 'maximum number of attempts', wholeNumber(1, 1_000), 20)
    .option('--follow', 'keep printing new attempts until Ctrl+C')
    .action(withApi(showLogs))
}

async function showLogs(api: Client, flags: Flags): Promise<void> {
  const where = toConditions(flags)
  const newest = await api.logs
    .list({ where, order: 'created_at.desc,id.desc', limit: flags.limit, pageSize: flags.limit })
    .toArray()
  const rows = newest.toReversed()
  if (flags.json) for (const row of rows) printJson(row)
  else if (rows.length > 0)
    printTable(['TIME', 'STATUS', 'CODE', 'MS', 'TRY', 'EVENT', 'DELIVERY', 'URL'], rows.map(toCells))
  else if (!flags.follow) print('No attempts match.')
  if (flags.follow) await follow(api, flags, where, rows.at(-1)?.id)
}

function toConditions({ webhook, delivery, status, event, since }: Flags): Where<LogRow> {
  return {
    webhook_id: webhook,
    delivery_id: delivery,
    status,
    event,
    created_at: since === undefined ? undefined : { gte: since },
  }
}

function toCells(row: LogRow): Cell[] {
  return [
    formatTime(row.created_at),
    showStatus(row.status),
    outcomeOf(row),
    String(row.duration_ms),
    String(row.attempt),
    row.event,
    row.delivery_id,
    row.url,
  ]
}

/** The status of the response; the error where there is none, or where it says success although the response broke off. */
function outcomeOf({ status, response_code: code, error_code: error }: LogRow): string {
  return code === null || (status === 'failed' && code < 300) ? (error ?? '-') : String(code)
}

/** Prints new rows until it is stopped. */
async function follow(
  api: Client,
  { json }: Flags,
  where: Where<LogRow>,
  after: string | undefined,
): Promise<void> {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  for await (const row of api.logs.live({ where, after, signal: stopping.signal })) {
    if (json) printJson(row)
    else print([...toCells(row).slice(0, -1), escapeLine(row.diagnosis ?? '')].join('  ').trimEnd())
  }
}
