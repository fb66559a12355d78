import type { Row } from '../../domain/api-rows.ts'
import { Command } from 'commander'
import type { Api, ConnectionFlags } from '../client/api.ts'
import { CommandFailed, withConnection } from '../client/api.ts'
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

async function retry(api: Api, flags: Flags, [delivery]: readonly string[]): Promise<void> {
  if (delivery !== undefined) return await retryOne(api, flags, delivery)
  const { failed, missed, since, until, event, dryRun, json } = flags
  const result = await api.call(failed === undefined ? 'replay_events' : 'retry_failed', {
    webhook_id: failed ?? missed,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(event === undefined ? {} : { event }),
    dry_run: dryRun === true,
  })
  if (dryRun || result.redelivery_id === undefined) {
    if (json) return printJson(result)
    if (result.matched === null) return print('Too many events to count')
    return print(`${result.matched} ${dryRun ? 'would be' : 'are'} sent`)
  }
  const ended = await watch(api, result.redelivery_id, json === true)
  if (ended.status !== 'completed') process.exitCode = 1
  if (json) return printJson({ redelivery_id: result.redelivery_id, ...ended })
  print(
    `${ended.queued} of ${ended.matched} queued: ${ended.status}${ended.reason ? `, ${escapeLine(ended.reason)}` : ''}`,
  )
}

async function retryOne(api: Api, { json }: Flags, delivery: string): Promise<void> {
  const attempt = await api.call('retry_delivery', { delivery_id: delivery })
  if (attempt.status !== 'success') process.exitCode = 1
  if (json) return printJson(attempt)
  print(`${showStatus(attempt.status).toString()}  ${attempt.response_code ?? ''}  ${attempt.duration_ms} ms`)
  if (attempt.error_message) print(escapeLine(attempt.error_message))
  if (attempt.diagnosis) print(escapeLine(attempt.diagnosis))
}

/** Shows the progress; on a terminal, on one line that is updated in place. */
async function watch(api: Api, id: string, isQuiet: boolean): Promise<Redelivery> {
  for (;;) {
    const [progress] = await api.get<Redelivery>(
      `webhook_redeliveries?id=eq.${id}&select=status,reason,matched,queued`,
    )
    if (progress === undefined) throw new CommandFailed(`the redelivery ${id} no longer exists`)
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
