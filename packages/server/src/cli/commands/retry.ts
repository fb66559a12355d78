import type { Client, Row } from '@connectgain/webhooks-client'
import { Command } from 'commander'
import type { ConnectionFlags } from '../client/api.ts'
import { requireRow, withConnection } from '../client/api.ts'
import { paint, print, printJson, showStatus, escapeLine } from '../client/output.ts'
import { parseTimeOption } from '../client/parse.ts'
import { withApi } from '../client/run.ts'

interface Flags extends ConnectionFlags {
  failed?: string
  missed?: string
  since?: string
  until?: string
  event?: string
  dryRun?: boolean
}

type Redelivery = Row<'webhook_redeliveries'>

const LOOK_EVERY_MS = 500

export function retryCommand(): Command {
  return withConnection(
    new Command('retry')
      .argument('[delivery]', 'id of a delivery')
      .description('retry one delivery or all failed deliveries, or replay missed events'),
  )
    .option('--failed <webhook>', 'retry all failed deliveries of this webhook')
    .option('--missed <webhook>', 'replay events that this webhook missed; requires --since')
    .option('--since <time>', 'start time or duration, such as 2h or 3d', parseTimeOption)
    .option('--until <time>', 'end time', parseTimeOption)
    .option('--event <name>', 'only this event type')
    .option('--dry-run', 'count only, send nothing')
    .action(async (...given: unknown[]) => {
      const command = given.at(-1) as Command
      const { failed, missed, since } = command.opts<Flags>()
      const chosen = [given[0], failed, missed].filter((each) => each !== undefined)
      if (chosen.length !== 1)
        command.error('error: specify a delivery, --failed or --missed', { code: 'commander.choice' })
      if (missed !== undefined && since === undefined)
        command.error('error: --missed requires --since', { code: 'commander.since' })
      await withApi(retry)(...given)
    })
}

async function retry(api: Client, flags: Flags, [delivery]: readonly string[]): Promise<void> {
  if (delivery !== undefined) return await retryOne(api, flags, delivery)
  const { failed, missed, since, until, event, dryRun, json } = flags
  const scope = {
    ...(until === undefined ? {} : { until }),
    ...(event === undefined ? {} : { event }),
    dry_run: dryRun === true,
  }
  const result =
    failed === undefined
      ? await api.webhooks.replay(missed!, { ...scope, since: since! })
      : await api.webhooks.retryFailed(failed, { ...scope, ...(since === undefined ? {} : { since }) })
  if (dryRun || result.redelivery_id === undefined) {
    if (json) return printJson(result)
    if (result.matched === null) return print('Too many events to count')
    return print(`${result.matched} ${dryRun ? 'would be' : 'are'} sent`)
  }
  const ended = await watch(api, result.redelivery_id, json === true)
  if (ended.status !== 'completed') process.exitCode = 1
  const { status, reason, matched, queued } = ended
  if (json) return printJson({ redelivery_id: result.redelivery_id, status, reason, matched, queued })
  print(`${queued} of ${matched} queued: ${status}${reason ? `, ${escapeLine(reason)}` : ''}`)
}

async function retryOne(api: Client, { json }: Flags, delivery: string): Promise<void> {
  const attempt = await api.deliveries.retry(delivery)
  if (attempt.status !== 'success') process.exitCode = 1
  if (json) return printJson(attempt)
  print(`${showStatus(attempt.status).toString()}  ${attempt.response_code ?? ''}  ${attempt.duration_ms} ms`)
  if (attempt.error_message) print(escapeLine(attempt.error_message))
  if (attempt.diagnosis) print(escapeLine(attempt.diagnosis))
}

/** Shows the progress; on a terminal, on one line that is updated in place. */
async function watch(api: Client, id: string, isQuiet: boolean): Promise<Redelivery> {
  for (;;) {
    const progress = await requireRow(
      api.table('webhook_redeliveries').get(id),
      `the redelivery ${id} no longer exists`,
    )
    const isOver = !['pending', 'running'].includes(progress.status)
    if (process.stderr.isTTY && !isQuiet) {
      process.stderr.write(
        `\r${paint('dim', `${progress.queued} of ${progress.matched} queued`)}${isOver ? '\n' : ''}`,
      )
    }
    if (isOver) return progress
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
