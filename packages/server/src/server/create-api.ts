import type { Logger } from 'pino'
import { createAuthenticate } from '../api/auth/authenticate.ts'
import type { Authenticate } from '../api/auth/authenticate.ts'
import { createTokenVerifier } from '../api/auth/tokens.ts'
import { createAdmission } from '../api/limits/admission.ts'
import type { Admission } from '../api/limits/admission.ts'
import { EMBEDDED_SHARES, createDatabaseShares, serverShares } from '../database/database-shares.ts'
import { createBackPressure } from '../api/intake/back-pressure.ts'
import { readBacklog } from '../api/intake/backlog.ts'
import { createEventIntake } from '../api/intake/event-intake.ts'
import type { EventIntakeOptions } from '../api/intake/event-intake.ts'
import { createKnownEventTypes } from '../api/intake/known-event-types.ts'
import type { KnownEventTypes } from '../api/intake/known-event-types.ts'
import { createPostPublisher } from '../api/intake/publish-posts.ts'
import { createPostStore } from '../api/intake/store-posts.ts'
import { createStreamBacklog } from '../api/intake/stream-backlog.ts'
import type { WaitingMessages } from '../api/intake/stream-backlog.ts'
import { createLiveLog } from '../api/live/live-log.ts'
import { createRealtime } from '../api/realtime/realtime.ts'
import type { Realtime } from '../api/realtime/realtime.ts'
import { REQUEST_ID } from '../api/http/request-ids.ts'
import type { RestRequest } from '../rest/request/rest-message.ts'
import { createRest } from '../rest/rest.ts'
import type { Rest } from '../rest/rest.ts'
import type { AlertContext, CheckupContext } from '../api/rpc/rpc.ts'
import { WindowCounter } from '../api/limits/window-counter.ts'
import { createMailer } from '../maintenance/alert-mails/mailer.ts'
import { createServer } from '../api/server.ts'
import type { ApiOptions } from '../api/server.ts'
import { createSessionStore, markServiceKey } from '../api/sessions/session-store.ts'
import { createTableRules } from '../api/tables/table-rules.ts'
import type { QueueState } from '../observability/queue-state.ts'
import { createReadinessCheck } from '../observability/readiness.ts'
import type { Config } from '../settings/config.ts'
import { messageOf } from '../domain/errors.ts'
import type { Databases } from './open-databases.ts'
import { countWorkers, poolSizes } from './workers/count-workers.ts'
import type { Siblings } from './workers/siblings.ts'
import type { FastifyInstance } from 'fastify'
import type { DatabaseClock } from '../database/database-clock.ts'
import type { DatabaseShares } from '../database/database-shares.ts'
import type { AttemptRecorder } from '../domain/attempt.ts'
import type { OpenTarget } from '../domain/webhook.ts'
import type { LoopWatch } from '../loops/loop-watch.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { ProcessProgress } from '../observability/relay-progress.ts'
import type { StreamsReport } from '../observability/stream-metrics.ts'
import type { Tracing } from '../observability/tracing.ts'
import type { SecretBox } from '../secrets/secret-box.ts'
import type { OwnInboxes } from '../sender/own-inboxes.ts'
import type { Sender } from '../sender/send.ts'
import type { EventStreams } from '../streams/event-streams.ts'
import type { Transforms } from '../transforms/transforms.ts'
import type { GuardOptions } from '../sender/network-guard.ts'

export interface ApiParts {
  config: Config
  databases: Databases
  serviceKey: string
  keys: readonly Buffer[]
  clock: DatabaseClock
  log: Logger
  watch: LoopWatch
  box: SecretBox
  guard: GuardOptions
  inboxes: OwnInboxes
  openTarget: OpenTarget
  sender: Sender
  /** Another one like it, with connections and access tokens of its own. */
  createOwnSender(): Sender
  recorder: AttemptRecorder
  metrics: Metrics
  tracing: Tracing
  transforms: Transforms
  readState(): Promise<QueueState>
  /** Undefined where no relay runs in this process. */
  relayProgress: ProcessProgress | undefined
  /** Undefined if this process is the whole node. */
  siblings: Siblings | undefined
  /** Undefined without NATS. */
  streamsReport?: StreamsReport | undefined
  /** Undefined: posts of events are stored in the database. */
  streams?: (Pick<EventStreams, 'publish'> & WaitingMessages) | undefined
}

/**
 * Creates the HTTP server without listening yet: the API and the settings page, or only health and metrics for a
 * worker.
 */
export async function createApi(parts: ApiParts): Promise<FastifyInstance> {
  const { config, databases, clock, log, sender, recorder, openTarget, box, tracing } = parts
  const database = databases.api
  const shares = createDatabaseShares(
    database.engine === 'pglite' ? EMBEDDED_SHARES : serverShares(poolSizes(countWorkers(config)).api),
    clock,
  )
  const access = createAccess(parts)
  const { authenticate, sessions } = access
  const sharedCounts = parts.siblings?.sharedCounts
  const rest = config.role === 'worker' ? undefined : await createTables(parts, shares)
  const admission = createAdmission({ authenticate, rateLimit: config.apiRateLimit, clock, sharedCounts })
  return createServer({
    ...access,
    admission,
    settings: config,
    inbox: { database, clock, openTarget },
    diskSpace: databases.diskSpace,
    trustedProxies: config.trustedProxies,
    rest,
    live: rest === undefined ? undefined : createLiveLog({ rest, authenticate, clock }),
    realtime: rest && openRealtime(parts, { rest, admission, authenticate }),
    rpc: {
      database,
      crm: databases.crmApi,
      shares,
      clock,
      sender,
      recorder,
      openTarget,
      box,
      sessions,
      retrySchedule: config.retrySchedule,
      deliveryTimeoutMs: config.deliveryTimeoutMs,
      tracing,
      transforms: parts.transforms,
      alerts: createAlerts(parts),
      checkups: createCheckups(parts),
    },
    ...createReports(parts),
    sharedCounts,
    tracing,
    log,
  })
}

/** Test alerts that an organization may send in a minute. */
const MAX_TEST_ALERTS = 5

function createAlerts({ config, clock, siblings }: ApiParts): AlertContext {
  return {
    mailer: createMailer(config),
    settings: config,
    tests: new WindowCounter(MAX_TEST_ALERTS, clock, siblings?.sharedCounts.tally('test alerts')),
  }
}

/** Check-ups of an organization's endpoints in a minute, each of several requests. */
const MAX_CHECKUPS = 6

function createCheckups({ clock, inboxes, createOwnSender, siblings }: ApiParts): CheckupContext {
  return {
    createSender: createOwnSender,
    isInbox: (url) => inboxes.idOf(url) !== undefined,
    counter: new WindowCounter(MAX_CHECKUPS, clock, siblings?.sharedCounts.tally('check-ups')),
  }
}

function openRealtime(
  { config, databases, clock, metrics, log }: ApiParts,
  access: { rest: Rest; admission: Admission; authenticate: Authenticate },
): Realtime {
  return createRealtime({
    ...access,
    database: databases.api,
    clock,
    metrics,
    maxClients: config.realtimeMaxClients,
    maxClientsPerOrganization: config.realtimeMaxClientsPerOrganization,
    onFailure: (error) => log.warn({ error: messageOf(error) }, 'realtime: changes cannot be read'),
  })
}

/** What `/health/ready` and `/metrics` say: of this process, or of all workers of this node. */
function createReports(parts: ApiParts): Pick<ApiOptions, 'checkReady' | 'metrics'> {
  const { config, databases, clock, log, metrics, siblings } = parts
  const checkReady = createReadinessCheck({
    database: databases.health,
    crm: databases.crmHealth === databases.health ? undefined : databases.crmHealth,
    diskSpace: databases.diskSpace,
    clock,
    clockOffset: clock.offset,
    watch: parts.watch,
    readState: parts.readState,
    relayProgress: parts.relayProgress,
    stallTimeout: config.relayStallTimeoutMs,
    streams: parts.streamsReport,
    onUnavailable: (reason, error) => log.warn({ reason, error }, 'not ready'),
  })
  if (siblings === undefined) return { checkReady, metrics }
  siblings.reportBy({ readiness: checkReady, metrics: metrics.readValues })
  return {
    checkReady: () => siblings.readNode('readiness'),
    metrics: { read: () => siblings.readNode('metrics') },
  }
}

function createAccess({ config, databases, serviceKey, keys, clock, log, streams }: ApiParts) {
  const database = databases.api
  const tokens = {
    secret: config.jwtSecret,
    jwksUrl: config.jwksUrl,
    audience: config.jwtAudience,
    issuer: config.jwtIssuer,
  }
  const verifyToken = createTokenVerifier(tokens, { clock, log })
  const serviceMarks = markServiceKey(serviceKey, keys)
  const sessions = createSessionStore(database, serviceMarks)
  const credentials = { serviceKey, serviceMark: serviceMarks[0]!, verifyToken }
  const acceptsRecentKeys = streams !== undefined
  const authenticate = createAuthenticate({
    database,
    sessions,
    clock,
    log,
    acceptsRecentKeys,
    ...credentials,
  })
  return { sessions, authenticate }
}

/** Captures and their faults are in the database of the CRM. Only the operator may read them. */
const TABLES_OF_CRM: ReadonlySet<string> = new Set(['webhook_captures', 'webhook_capture_faults'])

function readFromCrm(own: Rest, crm: Rest): Rest {
  return {
    describe: own.describe,
    handle: (request) => (TABLES_OF_CRM.has(request.table) ? crm : own).handle(request),
  }
}

async function createTables(parts: ApiParts, shares: DatabaseShares): Promise<Rest> {
  const { config, databases, clock, log, box, guard, inboxes, streams } = parts
  const database = databases.api
  const onFailure = (error: unknown, request?: RestRequest): void =>
    log.error({ request_id: request?.headers[REQUEST_ID], error: messageOf(error) }, 'request failed')
  const types = createKnownEventTypes(database, clock)
  // Known from the start, in case that the database is away when the first event is posted.
  if (streams !== undefined) await types.hasAll([])
  const tables = createTableRules(box, guard, inboxes, clock)
  const eventTypes = { ...tables.webhook_event_types, afterCommit: types.forget }
  const rules = { ...tables, webhook_event_types: eventTypes }
  const options = { rules, hasPlans: config.apiExplain, onFailure }
  const own = await createRest({ ...options, database, shares })
  const isApart = databases.crmApi !== databases.api
  return createEventIntake({
    rest: isApart ? readFromCrm(own, await createRest({ ...options, database: databases.crmApi })) : own,
    ...chooseIntake(parts, shares, types),
    onFailure,
  })
}

/** A reading asks every stream of the cluster. */
const STREAM_BACKLOG_MS = 1_000

/** Posts of events go to the streams, or to the database if there are none. */
function chooseIntake(
  { config: { maxBacklog }, databases, clock, streams }: ApiParts,
  shares: DatabaseShares,
  types: KnownEventTypes,
): Pick<EventIntakeOptions, 'acceptPost' | 'requireRoom' | 'requireRoomInDatabase'> {
  const database = databases.api
  const requireRoomInDatabase = createBackPressure({
    clock,
    maxBacklog,
    readBacklog: () => readBacklog(database, maxBacklog),
  })
  if (streams === undefined)
    return { acceptPost: createPostStore({ database, shares }), requireRoom: requireRoomInDatabase }
  return {
    acceptPost: createPostPublisher({ streams, types, clock }),
    requireRoom: createBackPressure({
      clock,
      maxBacklog,
      readBacklog: createStreamBacklog(streams),
      cacheMs: STREAM_BACKLOG_MS,
    }),
    requireRoomInDatabase,
  }
}
