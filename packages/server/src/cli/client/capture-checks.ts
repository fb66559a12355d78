import { WebhooksError } from '@connectgain/webhooks-client'
import type { Client, Result } from '@connectgain/webhooks-client'
import { messageOf } from '../../domain/errors.ts'
import type { Finding } from './finding.ts'
import { ok, problem, warning } from './finding.ts'

const DAY_MS = 86_400_000

/** Older servers do not report lost events. */
type CaptureReport = Pick<Result<'check_captures'>, 'captures'> & Partial<Result<'check_captures'>>

/** Reports success for the last 24 hours only if all tables are captured: changes that are not captured cannot fail. */
export async function* checkCaptures(api: Client): AsyncGenerator<Finding> {
  let allOk = true
  for await (const finding of checkWatchedTables(api)) {
    allOk &&= finding.status === 'ok'
    yield finding
  }
  const faults = await checkCapture(api)
  if (allOk || faults.status !== 'ok') yield faults
}

async function* checkWatchedTables(api: Client): AsyncGenerator<Finding> {
  const report: CaptureReport | Error = await api
    .call('check_captures', {})
    .catch((error: unknown) => error as Error)
  if (report instanceof Error) {
    const status = report instanceof WebhooksError ? report.status : undefined
    // 403: an organization's key may not ask; 404: an older server.
    if (status === 403 || status === 404) return
    const fix = 'Check the server log, then run doctor again.'
    yield warning('capture', `cannot be checked: ${messageOf(report)}`, fix)
    return
  }
  const { captures, lost } = report
  const drifted = captures.filter(({ status }) => status !== 'ok')
  for (const { table_name, status, problems } of drifted) {
    const is = status === 'missing' ? 'is no longer captured' : 'is not captured as installed'
    yield problem('capture', `${table_name} ${is}: its changes may emit no events`, problems.join(' '))
  }
  if (captures.length > 0 && drifted.length === 0)
    yield ok('capture', `${listTables(captures)}: as installed`)
  if (lost === undefined || lost.since === null) return
  yield warning(
    'capture',
    `since ${lost.since}, ${lost.rows} changed rows emitted no events, and capture drifted ${lost.drifts} times`,
    `Emit the lost events with POST /rest/v1/rpc/recapture {"since": "${lost.since}"}, with "dry_run": true to count first.`,
  )
}

async function checkCapture(api: Client): Promise<Finding> {
  const since = new Date(Date.now() - DAY_MS).toISOString()
  const faults = await api
    .table('webhook_capture_faults')
    .list({ where: { created_at: { gte: since }, recaptured_at: null }, limit: 10 })
    .toArray()
    // An organization's key may not read them.
    .catch(() => [])
  const last = faults.find(({ effect }) => effect === 'event') ?? faults[0]
  if (last === undefined) return ok('capture', 'all CRM changes of the last 24 hours became events')
  const is = last.effect === 'event' ? 'could not become events' : 'became events without a field'
  return problem(
    'capture',
    `changes in ${last.relation} ${is}: ${last.message}`,
    'Fix the cause; webhook_capture_faults lists the records. Then emit their events with POST /rest/v1/rpc/recapture.',
  )
}

const MAX_NAMED = 12

/** A schema for each tenant makes thousands of tables. */
function listTables(captures: readonly { table_name: string }[]): string {
  const names = [...new Set(captures.map(({ table_name: name }) => name))]
  return names.length > MAX_NAMED ? `${names.length} tables` : names.join(', ')
}
