import { connect } from 'node:net'
import type { Client, Row } from '@connectgain/webhooks-client'
import { CLOCK_TOLERANCE_MS } from '../../domain/clock.ts'
import { messageOf } from '../../domain/errors.ts'
import { checkCaptures } from './capture-checks.ts'
import { checkFaults } from './fault-checks.ts'
import type { Finding } from './finding.ts'
import { ok, problem, warning } from './finding.ts'
import type { Readiness } from '../../observability/readiness.ts'

type Webhook = Row<'webhook_configurations'>

const WAITING_TOO_LONG_MS = 60_000
const DAY_MS = 86_400_000
const MIB = 1024 * 1024
const CERTIFICATE_DAYS = 14
/** As in the page: a client certificate is renewed by hand more often than one of a server. */
const CLIENT_CERTIFICATE_DAYS = 30
const MAX_ENDPOINTS = 20
const MAX_QUEUES = 1_000
const CONNECT_TIMEOUT_MS = 3_000

/** Runs the checks in order, and stops when the remaining ones could not tell anything more. */
export async function* runDoctorChecks(api: Client): AsyncGenerator<Finding> {
  const live = await api.fetch('/health/live').catch((error: unknown) => messageOf(error))
  if (typeof live === 'string' || !live.ok) {
    const why = typeof live === 'string' ? live : `${api.url} returned ${live.status}`
    yield problem('server', why, 'Start it with npm start, or set its URL with --url.')
    return
  }
  yield ok('server', `responds at ${api.url}`)
  yield checkClock(live)
  const readiness = await readReadiness(api)
  if (readiness.checks?.database?.status !== 'ok') {
    yield problem(
      'database',
      'the server runs, but its database does not respond',
      'Check DATABASE_URL (LOG_DATABASE_URL, if it is set), that PostgreSQL is running and that it has free connections. The server reconnects automatically.',
    )
    return
  }
  yield ok('database', 'answers')
  yield* checkCrmDatabase(readiness)
  yield checkMigrations(readiness)
  yield* checkWorkers(readiness)
  yield* checkLoops(readiness)
  yield* checkDisk(readiness)
  const key = await api.fetch('/rest/v1/webhook_configurations?limit=1')
  if (!key.ok) {
    yield problem(
      'key',
      `is rejected with ${key.status}`,
      'Use the service key, or an organization key with the admin or read scope.',
    )
    return
  }
  yield ok('key', 'is accepted')
  yield await checkQueue(api)
  yield* checkFaults(api)
  yield* checkCaptures(api)
  const webhooks = await api.webhooks
    .list({
      where: { or: '(is_active.is.true,disabled_reason.not.is.null)' },
      order: 'health.desc',
      limit: MAX_ENDPOINTS,
    })
    .toArray()
  if (webhooks.length === 0)
    yield warning('webhooks', 'no webhook is active', 'Create one: webhooks create --help')
  for (const webhook of webhooks) yield* checkWebhook(webhook)
}

/** The body of `GET /health/ready`; older servers send fewer fields. */
interface ReadinessBody {
  reason?: string
  checks?: Partial<Readiness['checks']>
}

async function readReadiness(api: Client): Promise<ReadinessBody> {
  return await api
    .fetch('/health/ready')
    .then(async (response) => (await response.json()) as ReadinessBody)
    .catch(() => ({}))
}

function* checkCrmDatabase({ checks }: ReadinessBody): Generator<Finding> {
  const status = checks?.crm_database?.status
  if (status === undefined) return
  yield status === 'ok'
    ? ok('database of the CRM', 'answers')
    : problem(
        'database of the CRM',
        'the log database responds, but the database of the CRM does not: events that it captures wait there',
        'Check DATABASE_URL, that its PostgreSQL is running and that it has free connections. The server reconnects automatically.',
      )
}

function checkMigrations({ checks }: ReadinessBody): Finding {
  if (checks?.migrations?.status === 'ok') return ok('migrations', 'are up to date')
  return problem(
    'migrations',
    'the database is missing migrations of this version',
    'The database was replaced or restored from an older backup. Restart the server to apply them.',
  )
}

function* checkLoops({ checks, reason }: ReadinessBody): Generator<Finding> {
  const { relay, queue, clock, loops = {} } = checks ?? {}
  if (clock?.status === 'off') {
    yield warning(
      'clock',
      `the server's clock is ${Math.abs(clock.offset_seconds)} s ${clock.offset_seconds > 0 ? 'ahead of' : 'behind'} its database's`,
      "Signatures use the database's time, which must be correct. Synchronize both machines with NTP.",
    )
  }
  if (relay?.status === 'stalled') {
    yield problem(
      'relay',
      `${reason ?? 'events are waiting but no relay makes progress'}; the oldest event has waited for ${Math.round(relay.lag_seconds)} s`,
      'Check that a worker runs (ROLE=all or worker), and search its log for "background run failed".',
    )
  } else if (relay !== undefined) {
    const lag = relay.lag_seconds
    yield ok('relay', lag === 0 ? 'no events are waiting' : `events wait at most ${lag} s`)
  }
  if (queue !== undefined && queue.oldest_due_seconds > 0)
    yield ok('oldest delivery', `has been due for ${queue.oldest_due_seconds} s`)
  for (const [name, { status, failures, last_success_at }] of Object.entries(loops)) {
    if (status === 'ok') continue
    yield warning(
      'background work',
      `"${name}" failed ${failures} times in a row; last success: ${last_success_at ?? 'never'}`,
      'Retrying automatically. Check the log for the cause.',
    )
  }
}

function* checkWorkers({ checks }: ReadinessBody): Generator<Finding> {
  const { workers } = checks ?? {}
  if (workers === undefined) return
  const { status, running, expected } = workers
  if (status === 'ok') yield ok('workers', `all ${expected} run`)
  else {
    yield warning(
      'workers',
      `only ${running} of ${expected} run`,
      'They are restarted automatically. Search the log for "a worker has ended".',
    )
  }
}

function* checkDisk({ checks }: ReadinessBody): Generator<Finding> {
  const { disk } = checks ?? {}
  if (disk === undefined) return
  const free = `${Math.floor(disk.free_bytes / MIB)} MiB of ${Math.floor(disk.size_bytes / MIB)} MiB are free on the disk of the embedded database`
  if (disk.status === 'ok') yield ok('disk', free)
  else if (disk.status === 'low')
    yield warning(
      'disk',
      free,
      'Free some space, enlarge the disk or lower LOG_RETENTION: below 48 MiB, writes are rejected.',
    )
  else
    yield problem(
      'disk',
      `${free}: writes are rejected`,
      'Free some space; writes then resume automatically.',
    )
}

function checkClock(response: Response): Finding {
  const theirs = Date.parse(response.headers.get('date') ?? '')
  const off = Math.abs(Date.now() - theirs)
  if (!(off > CLOCK_TOLERANCE_MS)) return ok('clock', 'matches the clock of the server')
  return warning(
    'clock',
    `the clocks of the server and this machine differ by ${Math.round(off / 1_000)} s`,
    'Receivers reject signatures that are more than five minutes off. Synchronize both machines with NTP.',
  )
}

interface LateQueue {
  due_at: string
  waiting: number
  webhook: { health: string } | null
}

async function checkQueue(api: Client): Promise<Finding> {
  const before = new Date(Date.now() - WAITING_TOO_LONG_MS).toISOString()
  const late = await api
    .table<LateQueue>('webhook_queues')
    .list({
      where: { due_at: { lt: before } },
      select: 'waiting,webhook:webhook_configurations(health)',
      order: 'due_at',
      limit: MAX_QUEUES,
      pageSize: MAX_QUEUES,
    })
    .toArray()
  const stuck = late.filter(({ webhook }) => webhook?.health === 'healthy')
  if (stuck.length === 0) return ok('queue', 'no deliveries are overdue')
  const waiting = stuck.reduce((sum, queue) => sum + queue.waiting, 0)
  return problem(
    'queue',
    `${waiting} deliveries to healthy endpoints have been due for more than a minute`,
    'Check that a worker runs (required with ROLE=api), and check its log. If one does, raise max_in_flight or rate_limit of the webhook.',
  )
}

/** NaN for a time that is not known. */
const daysUntil = (time: string): number => Math.floor((Date.parse(time) - Date.now()) / DAY_MS)

async function* checkWebhook(webhook: Webhook): AsyncGenerator<Finding> {
  const check = `webhook ${webhook.name}`
  if (webhook.disabled_reason !== null) {
    yield warning(
      check,
      `was disabled: ${webhook.disabled_reason}`,
      `Fix the endpoint, then run: webhooks enable ${webhook.id}, and retry --missed ${webhook.id} --since …`,
    )
    return
  }
  const days = daysUntil(webhook.certificate_expires_at ?? '')
  if (days < CERTIFICATE_DAYS)
    yield warning(
      check,
      `the certificate of its endpoint expires in ${days} days`,
      'Renew it on the receiving server.',
    )
  const left = webhook.auth?.type === 'mtls' ? daysUntil(webhook.auth.expires_at) : Number.NaN
  if (left < CLIENT_CERTIFICATE_DAYS)
    yield warning(
      check,
      left < 0 ? 'its client certificate has expired' : `its client certificate expires in ${left} days`,
      `Set a renewed one: webhooks update ${webhook.id} --client-certificate … --client-key …`,
    )
  if (webhook.health !== 'healthy') {
    yield problem(
      check,
      `is ${webhook.health}: ${webhook.health_reason ?? ''}`,
      `See the failures: logs --webhook ${webhook.id} --status failed`,
    )
    return
  }
  const refusal = await tryToConnect(new URL(webhook.url))
  if (refusal === undefined) yield ok(check, 'is healthy, and its host is reachable from this machine')
  else
    yield warning(
      check,
      `its host is not reachable from this machine: ${refusal}`,
      'If the server runs on this machine, check DNS, the firewall and outgoing connections.',
    )
}

/** Returns why no connection could be opened; undefined if it could. */
async function tryToConnect({ hostname, port, protocol }: URL): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
      timeout: CONNECT_TIMEOUT_MS,
    })
    const settle = (why: string | undefined): void => {
      socket.destroy()
      resolve(why)
    }
    socket.once('connect', () => settle(undefined))
    socket.once('timeout', () => settle(`no response within ${CONNECT_TIMEOUT_MS / 1_000} s`))
    socket.once('error', (error) => settle(error.message || messageOf((error as AggregateError).errors?.[0])))
  })
}
