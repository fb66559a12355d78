import type { Logger } from 'pino'
import { createMetrics } from '../observability/metrics.ts'
import { createQueueStateReader } from '../observability/queue-state.ts'
import { shareReading } from '../observability/share-reading.ts'
import { measureStreams } from '../observability/stream-metrics.ts'
import { timeDatabase } from '../observability/timed-database.ts'
import { CertificateNotes } from '../pipeline/health/certificate-notes.ts'
import type { Config } from '../settings/config.ts'
import { createDatabaseClock } from '../database/database-clock.ts'
import { withAccessTokens } from '../sender/authenticate.ts'
import { createSender } from '../sender/send.ts'
import type { Sender } from '../sender/send.ts'
import { createTransforms } from '../transforms/transforms.ts'
import { DEFAULT_MAX_IN_FLIGHT } from '../domain/webhook.ts'
import { newToken } from '../domain/ids.ts'
import { createLoopWatch } from '../loops/loop-watch.ts'
import { createProcessProgress } from '../observability/relay-progress.ts'
import type { Databases } from './open-databases.ts'
import { startTracing } from '../observability/open-telemetry.ts'
import { NO_TRACING } from '../observability/tracing.ts'
import { createSecretBox } from '../secrets/secret-box.ts'
import { storeLimits } from '../api/limits/store-limits.ts'
import { createOwnInboxes } from '../sender/own-inboxes.ts'
import { requireKeysInUse } from '../secrets/keys-in-use.ts'
import { watchClock } from './watch-clock.ts'
import { createTargetOpener } from '../secrets/webhook-target.ts'
import { startWorker } from './worker.ts'
import { countWorkers, shareOf } from './workers/count-workers.ts'
import type { Siblings } from './workers/siblings.ts'
import type { Server } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Database } from '../database/database.ts'
import type { Clock } from '../domain/clock.ts'
import type { DatabaseClock } from '../database/database-clock.ts'
import { within } from '../loops/loop.ts'
import type { Metrics } from '../observability/metrics.ts'
import { ALWAYS_PASSED } from '../maintenance/has-passed.ts'
import { HealthMonitor } from '../pipeline/health/health-monitor.ts'
import { messageOf } from '../domain/errors.ts'
import { Messages } from '../pipeline/messages.ts'
import type { Stage } from '../pipeline/messages.ts'
import { DRAIN_TIMEOUT_MS } from '../pipeline/pipeline.ts'
import { Recorder } from '../pipeline/record/recorder.ts'
import { createApi } from './create-api.ts'
import { createEngine, openStreams } from './event-engine.ts'
import type { ApiParts } from './create-api.ts'

/** Timeout of each shutdown step after the drain. */
export const SHUTDOWN_STEP_TIMEOUT_MS = 2_000
/** The maximum duration of `stop`: the drain, then eight steps. */
export const MAX_STOP_MS = DRAIN_TIMEOUT_MS + 8 * SHUTDOWN_STEP_TIMEOUT_MS

/** Everything that a process runs, by its role. */
export interface Program {
  server: FastifyInstance
  /** Stops in order: first new work, then work in progress, then recording. */
  stop(): Promise<void>
}

/**
 * Wires the parts and starts everything except listening. The only owner of start and shutdown.
 * @param siblings undefined if this process is the whole node
 * @param given streams that a test provides instead of a cluster, for an API without a worker
 */
export async function compose(
  config: Config,
  databases: Databases,
  serviceKey: string,
  keys: Buffer[],
  log: Logger,
  siblings?: Siblings,
  given?: ApiParts['streams'],
): Promise<Program> {
  await requireKeysInUse(databases.api, keys)
  if (config.role !== 'worker') await storeLimits(databases.api, config)
  const clock = await createDatabaseClock(databases.health)
  const watch = createLoopWatch(clock)
  const tracing = config.otlpEndpoint === undefined ? NO_TRACING : await startTracing(config.otlpEndpoint)
  const relayProgress = config.role === 'api' ? undefined : createProcessProgress(clock)
  const readState = createQueueStateReader(databases)
  const nodeId = newToken()
  const opened = await openStreams(config, nodeId, log)
  // One reading a second, for metrics, readiness, and back-pressure.
  const shared = opened && { ...opened, readState: shareReading(opened.readState) }
  const streamsReport = shared && { nodeId, readState: shared.readState }
  const metrics = createMetrics({
    clock,
    clockOffset: clock.offset,
    readState,
    watch,
    relayProgress,
    readFreeSpace: databases.diskSpace.readSpace,
    streams: streamsReport,
  })
  const streams = shared && measureStreams(shared, metrics)
  const database = timeDatabase(databases.engine, metrics.statement)
  // One object where there is one database: what works in both then knows that they are the same.
  const isApart = databases.crm !== databases.engine
  const crm = isApart ? timeDatabase(databases.crm, metrics.statement) : database
  const sending = createSending(config, keys, clock, () => server.server.address())
  const messages = new Messages((error, message) =>
    log.error({ error: messageOf(error), message }, 'a listener of the pipeline failed'),
  )
  const own = { database, crm, nodeId, clock, log, watch, metrics, messages }
  const engine = createEngine(streams, {
    ...own,
    openTarget: sending.openTarget,
    isDraining: config.natsDrain,
  })
  const { leasedEvents } = engine
  const recorder = new Recorder({ database, log, messages, leasedEvents, watch })
  const observers = startObservers(config, { database: databases.engine, clock, log, messages, metrics })
  const transforms = createTransforms(database)
  const parts = { ...sending, transforms, clock, log, watch, tracing, metrics, recorder, leasedEvents }
  const server: FastifyInstance = await createApi({
    ...parts,
    config,
    databases,
    serviceKey,
    keys,
    readState,
    relayProgress,
    siblings,
    streams: given ?? (config.natsDrain ? undefined : streams),
    streamsReport,
  })
  const { retrySchedule, deliveryTimeoutMs } = config
  const worker =
    relayProgress &&
    (await startWorker(
      {
        ...parts,
        ...own,
        retrySchedule,
        deliveryTimeoutMs,
        source: engine.createSource(relayProgress),
        publishing: engine.createPublishing(relayProgress),
      },
      config,
      crm,
      streams?.hasPassed ?? ALWAYS_PASSED,
    ))
  const clockWatch = watchClock(clock, log, watch)
  return {
    server,
    async stop() {
      // Connections to endpoints stay open until the process ends: a request aborted here would be recorded as a
      // failure of the endpoint.
      await Promise.all([within(DRAIN_TIMEOUT_MS, server.close()), worker?.drain()])
      const steps = [clockWatch, recorder, transforms, ...observers].map((part) => () => part.stop())
      for (const step of [...steps, () => worker?.leave(), () => streams?.close(), () => tracing.close()]) {
        await within(
          SHUTDOWN_STEP_TIMEOUT_MS,
          Promise.resolve(step()).catch(() => {}),
        )
      }
    },
  }
}

/** Creates what attempts need: decrypted secrets, and a sender behind the network guard. */
function createSending(
  config: Config,
  keys: Buffer[],
  clock: Clock,
  addressOf: () => ReturnType<Server['address']>,
) {
  const box = createSecretBox(keys)
  const openTarget = createTargetOpener(box, {
    timeout: config.deliveryTimeoutMs,
    maxInFlight: DEFAULT_MAX_IN_FLIGHT,
    share: (limit) => shareOf(limit, countWorkers(config)),
  })
  const guard = { ...config, allowHttp: config.allowHttpUrls }
  const inboxes = createOwnInboxes(config.publicUrl, () => {
    const address = addressOf()
    return typeof address === 'string' ? undefined : (address ?? undefined)
  })
  // A worker does not serve the test inboxes, so its sender treats their URLs like any other.
  const reached = config.role === 'worker' ? undefined : inboxes
  const createOwnSender = (): Sender => withAccessTokens(createSender(guard, reached), clock)
  return { box, openTarget, guard, inboxes, sender: createOwnSender(), createOwnSender }
}

interface ObserverParts {
  database: Database
  clock: DatabaseClock
  log: Logger
  messages: Messages
  metrics: Metrics
}

/**
 * Starts the observers of recorded attempts and of faults, in every role: an API process records tests and manual
 * retries.
 */
function startObservers(config: Config, { metrics, ...parts }: ObserverParts): Stage[] {
  const { log, messages } = parts
  messages.on('recorded', (attempts) => metrics.attempts(attempts))
  messages.on('fault', (fault) => {
    metrics.fault(fault.stage)
    log.error({ ...fault }, 'something could not be processed and was set aside; see webhook_delivery_faults')
  })
  const health = new HealthMonitor({
    ...parts,
    breaker: { failures: config.breakerFailures, after: config.breakerAfterMs },
    deactivation: { after: config.disableAfterMs, attempts: config.disableMinAttempts },
    defaultMaxInFlight: DEFAULT_MAX_IN_FLIGHT,
  })
  const stages = [health, new CertificateNotes(parts)]
  for (const stage of stages) stage.start()
  return stages
}
