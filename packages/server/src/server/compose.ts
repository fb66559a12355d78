import type { Logger } from 'pino'
import { createAuthenticate } from '../api/auth/authenticate.ts'
import { createTokenVerifier } from '../api/auth/tokens.ts'
import { createAdmission } from '../api/limits/admission.ts'
import { EMBEDDED_SHARES, SERVER_SHARES, createDatabaseShares } from '../database/database-shares.ts'
import { createBackPressure } from '../api/intake/back-pressure.ts'
import { createEventIntake } from '../api/intake/event-intake.ts'
import { createLiveLog } from '../api/live/live-log.ts'
import { REQUEST_ID } from '../api/http/request-ids.ts'
import type { RestRequest } from '../rest/request/rest-message.ts'
import { createRest } from '../rest/rest.ts'
import { createServer } from '../api/server.ts'
import { createSessionStore, markServiceKey } from '../api/sessions/session-store.ts'
import { createTableRules } from '../api/tables/table-rules.ts'
import { AttemptWriter } from '../pipeline/record/recorder.ts'
import { createMetrics } from '../observability/metrics.ts'
import { createQueueStateReader } from '../observability/queue-state.ts'
import { createReadinessCheck } from '../observability/readiness.ts'
import { timeDatabase } from '../observability/timed-database.ts'
import { CertificateNotes } from '../pipeline/health/certificate-notes.ts'
import { EndpointHealth } from '../pipeline/health/health-monitor.ts'
import type { Config } from '../settings/config.ts'
import { createDatabaseClock } from '../database/database-clock.ts'
import type { AttemptRecord } from '../domain/attempt.ts'
import { createSender } from '../sender/send.ts'

import { DEFAULT_MAX_IN_FLIGHT } from '../domain/webhook.ts'
import { messageOf } from '../domain/errors.ts'
import { newToken } from '../domain/ids.ts'
import { createLoopWatch } from '../loops/loop-watch.ts'
import { createRelayProgress } from '../observability/relay-progress.ts'
import type { Databases } from './open-databases.ts'
import { startTracing } from '../observability/open-telemetry.ts'
import { NO_TRACING } from '../observability/tracing.ts'
import type { DeliveryFault } from '../domain/delivery-fault.ts'
import { createSecretBox } from '../secrets/secret-box.ts'
import { storeLimits } from '../api/limits/store-limits.ts'
import { createOwnInboxes } from '../sender/own-inboxes.ts'
import { requireKeysInUse } from '../secrets/keys-in-use.ts'
import { watchClock } from './watch-clock.ts'
import { createTargetOpener } from '../secrets/webhook-target.ts'
import { startWorker } from './worker.ts'

/** Puts the parts together; each gets what it needs handed in, none reaches for it. */
export async function compose(
  config: Config,
  databases: Databases,
  serviceKey: string,
  keys: Buffer[],
  log: Logger,
) {
  const database = databases.api
  const clock = await createDatabaseClock(databases.health)
  const guard = { ...config, allowHttp: config.allowHttpUrls }
  await requireKeysInUse(database, keys)
  if (config.role !== 'worker') await storeLimits(database, config)
  const box = createSecretBox(keys)
  const openTarget = createTargetOpener(box, {
    timeout: config.deliveryTimeout,
    maxInFlight: DEFAULT_MAX_IN_FLIGHT,
  })
  const inboxes = createOwnInboxes(config.publicUrl, () => {
    const address = server.server.address()
    return typeof address === 'string' ? undefined : (address ?? undefined)
  })
  // A worker does not serve them: to it they are addresses like any other.
  const sender = createSender(guard, config.role === 'worker' ? undefined : inboxes)
  const health = new EndpointHealth({
    database: databases.engine,
    clock,
    log,
    breaker: config.breaker,
    deactivation: config.deactivation,
    defaultMaxInFlight: DEFAULT_MAX_IN_FLIGHT,
  })
  const certificates = new CertificateNotes(databases.engine, log)
  const tracing = config.otlpEndpoint === undefined ? NO_TRACING : await startTracing(config.otlpEndpoint)
  const watch = createLoopWatch(clock)
  const relayProgress = createRelayProgress(clock)
  const metrics = createMetrics({
    clock,
    clockOffset: clock.offset,
    readState: createQueueStateReader(databases.health),
    watch,
    relayProgress: config.role === 'api' ? undefined : relayProgress,
    readRoom: databases.diskSpace.room,
  })
  const engineDatabase = timeDatabase(databases.engine, metrics.statement)
  const onFault = (fault: DeliveryFault): void => {
    metrics.fault(fault.stage)
    log.error({ ...fault }, 'something could not be processed and was put aside; see webhook_delivery_faults')
  }
  const observe = (records: readonly AttemptRecord[]): void => {
    metrics.attempts(records)
    health.observe(records)
    certificates.observe(records)
  }
  const writer = new AttemptWriter(engineDatabase, log, observe, onFault)
  const rules = createTableRules(box, guard, inboxes)
  const tokens = {
    secret: config.jwtSecret,
    jwksUrl: config.jwksUrl,
    audience: config.jwtAudience,
    issuer: config.jwtIssuer,
  }
  const verifyToken = createTokenVerifier(tokens, { clock, log })
  const serviceMarks = markServiceKey(serviceKey, keys)
  const sessions = createSessionStore(database, serviceMarks)
  const authenticate = createAuthenticate({
    database,
    serviceKey,
    serviceMark: serviceMarks[0]!,
    sessions,
    verifyToken,
    log,
  })
  const onFailure = (error: unknown, request?: RestRequest): void =>
    log.error({ request_id: request?.headers[REQUEST_ID], error: messageOf(error) }, 'a request failed')
  const requireRoom = createBackPressure({ database, clock, maxBacklog: config.maxBacklog })
  const shares = createDatabaseShares(database.engine === 'pglite' ? EMBEDDED_SHARES : SERVER_SHARES, clock)
  const rest =
    config.role === 'worker'
      ? undefined
      : createEventIntake({
          rest: await createRest({ database, shares, rules, onFailure }),
          database,
          shares,
          requireRoom,
          onFailure,
        })
  const server = createServer({
    admission: createAdmission({ authenticate, rateLimit: config.apiRateLimit, clock }),
    authenticate,
    sessions,
    settings: config,
    inbox: { database, clock, openTarget },
    diskSpace: databases.diskSpace,
    trustedProxies: config.trustedProxies,
    rest,
    live: rest === undefined ? undefined : createLiveLog({ rest, authenticate, clock }),
    rpc: {
      database,
      shares,
      clock,
      sender,
      recorder: writer,
      openTarget,
      box,
      sessions,
      retrySchedule: config.retrySchedule,
      deliveryTimeout: config.deliveryTimeout,
      tracing,
    },
    metrics,
    tracing,
    checkReady: createReadinessCheck({
      database: databases.health,
      diskSpace: databases.diskSpace,
      clock,
      clockOffset: clock.offset,
      watch,
      readState: createQueueStateReader(databases.health),
      relayProgress: config.role === 'api' ? undefined : relayProgress,
      stallTimeout: config.relayStallTimeout,
      onUnavailable: (reason, error) => log.warn({ reason, error }, 'not ready'),
    }),
    log,
  })
  const parts = {
    retrySchedule: config.retrySchedule,
    deliveryTimeout: config.deliveryTimeout,
    database: engineDatabase,
    metrics,
    tracing,
    clock,
    log,
    watch,
    relayProgress,
    nodeId: newToken(),
    openTarget,
    sender,
    writer,
    health,
    onFault,
  }
  const worker = config.role === 'api' ? undefined : await startWorker(parts, config)
  const clockWatch = watchClock(clock, log, watch)
  return { worker, server, writer, health, certificates, tracing, clockWatch }
}
