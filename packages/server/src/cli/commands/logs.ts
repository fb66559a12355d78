import { Command } from 'commander'
import type { Row } from '../../domain/api-rows.ts'
import type { Api, ConnectionFlags } from '../client/api.ts'
import { CommandFailed, readRefusal, withConnection } from '../client/api.ts'
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

const REDIAL_MS = 1_000

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

async function showLogs(api: Api, flags: Flags): Promise<void> {
  const filters = toFilters(flags)
  const newest = await api.get<LogRow>(
    `webhook_logs?order=created_at.desc,id.desc&limit=${flags.limit}${filters}`,
  )
  const rows = newest.toReversed()
  if (flags.json) for (const row of rows) printJson(row)
  else if (rows.length > 0)
    printTable(['TIME', 'STATUS', 'CODE', 'MS', 'TRY', 'EVENT', 'DELIVERY', 'URL'], rows.map(toCells))
  else if (!flags.follow) print('No attempts match.')
  if (flags.follow) await follow(api, flags, filters, rows.at(-1)?.id)
}

function toFilters({ webhook, delivery, status, event, since }: Flags): string {
  const named = { webhook_id: webhook, delivery_id: delivery, status, event }
  const equal = Object.entries(named).flatMap(([column, value]) =>
    value === undefined ? [] : [`&${column}=eq.${encodeURIComponent(value)}`],
  )
  return equal.join('') + (since === undefined ? '' : `&created_at=gte.${since}`)
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

/** Prints new rows until it is stopped; resumes an interrupted stream at its last row. */
async function follow(api: Api, { json }: Flags, filters: string, after: string | undefined): Promise<void> {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const seen = { last: after }
  while (!stopping.signal.aborted) {
    try {
      const response = await api.fetch(`/rest/v1/webhook_logs/live?${filters.slice(1)}`, {
        signal: stopping.signal,
        headers: {
          accept: 'text/event-stream',
          ...(seen.last === undefined ? {} : { 'last-event-id': seen.last }),
        },
      })
      if (!response.ok) throw await readRefusal(response)
      for await (const row of readRows(response)) {
        seen.last = row.id
        if (json) printJson(row)
        else print([...toCells(row).slice(0, -1), escapeLine(row.diagnosis ?? '')].join('  ').trimEnd())
      }
    } catch (error) {
      if (stopping.signal.aborted) return
      if (error instanceof CommandFailed && error.status !== undefined) throw error
      await new Promise((resolve) => setTimeout(resolve, REDIAL_MS))
    }
  }
}

async function* readRows(response: Response): AsyncGenerator<LogRow> {
  let rest = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (rest + chunk).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const data = event.split('\n').flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []))
      if (data.length > 0) yield JSON.parse(data.join('\n')) as LogRow
    }
  }
}
