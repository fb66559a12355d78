import type { Logger } from 'pino'
import { redeliverBatch } from './bulk-retry/redeliver-batch.ts'
import { startApartJobs, startCaptureJobs } from './crm-jobs.ts'
import { deleteOrganization } from './delete-organizations.ts'
import { expireAuditLog } from './expire-audit-log.ts'
import { eraseBatch } from './erasure/erase-batch.ts'
import { expireCalls } from './expire-calls.ts'
import { expireInboxes } from './expire-inboxes.ts'
import { expireSigningKeys } from './expire-signing-keys.ts'
import { expireSessions } from './expire-sessions.ts'
import { SOURCES_CHANNEL } from '../sources/source-queue.ts'
import { catchUpStatuses, hasMessages } from '../sources/statuses.ts'
import { createTakeIn } from '../sources/take-in.ts'
import type { MailSettings } from './alert-mails/compose-mail.ts'
import { createMailer } from './alert-mails/mailer.ts'
import { expireAlerts, sendMails } from './alert-mails/send-mails.ts'
import { keepPartitions } from './partitions.ts'
import { createFolding, expireRollups } from './rollups/rollups.ts'
import type { Database } from '../database/database.ts'
import { runAllSteps } from '../database/run-all-steps.ts'
import { createSplitter } from '../database/split.ts'
import { vacuumEmbedded } from '../database/vacuum-embedded.ts'
import { copyErasures } from './log-database/copy-erasures.ts'
import { syncBatch } from './initial-sync/sync-batch.ts'
import { releaseSetAside } from './release-set-aside.ts'
import type { DeliveryFault } from '../domain/delivery-fault.ts'
import type { Messages } from '../pipeline/messages.ts'
import { expireFaults } from './expire-faults.ts'
import { messageOf } from '../domain/errors.ts'
import type { HasPassed } from './has-passed.ts'
import type { Loop } from '../loops/loop.ts'
import { startLoop } from '../loops/loop.ts'
import type { LoopWatch } from '../loops/loop-watch.ts'

const FOLD_MS = 5_000
const RETENTION_MS = 10 * 60_000
const EXPIRE_MS = 60_000
const CATCH_UP_MS = 5_000
/** Polling interval, in case a notification is missed. */
const TAKE_IN_MS = 5_000
const DAY_MS = 86_400_000
const ERASE_MS = 5_000
/** Delay while something to be erased is being sent. */
const ERASE_RETRY_MS = 200
const DELETE_MS = 10_000
/** Delay while something of a deleted organization is still on its way. */
const DELETE_RETRY_MS = 1_000
const REDELIVER_MS = 5_000
/** Delay while bulk work waits for fewer due deliveries of its webhook. */
const REDELIVER_RETRY_MS = 100
const SYNC_MS = 5_000
/** Delays while a sync waits for its endpoint, or for earlier events: each twice as long as the one before. */
const SYNC_RETRY_MS = { least: 100, most: 3_000 }
const TIDY_MS = 60_000
const MAIL_MS = 2_000

export interface MaintenanceOptions extends MailSettings {
  database: Database
  /** The database of the CRM: `database` itself, unless that is a log database of its own. */
  crm: Database
  log: Logger
  watch: LoopWatch
  /** How long events, deliveries and logs are kept, in milliseconds. */
  logRetentionMs: number
  /** How long the audit log is kept, in milliseconds. */
  auditRetentionMs: number
  smtpUrl: URL | undefined
  alertFrom: string | undefined
  messages: Messages
  /** See has-passed.ts. */
  hasPassed: HasPassed
}

export interface Maintenance {
  /** Resolves when the work in progress has ended. */
  stop(): Promise<void>
}

/**
 * Starts the jobs that deliveries do not wait for: roll-ups, partitions, retention, and vacuuming where the database
 * has no autovacuum.
 */
export async function startMaintenance(options: MaintenanceOptions): Promise<Maintenance> {
  const { database, log, watch, logRetentionMs, auditRetentionMs, hasPassed } = options
  const loops = [
    ...startCaptureJobs(options),
    ...(options.crm === database ? [] : startApartJobs(database, options)),
    ...(await startSources(options)),
    ...startMailing(options),
    startErasing(options),
    startLoop({
      name: 'delete organizations',
      everyMs: DELETE_MS,
      log,
      watch,
      run: async () => {
        const progress = await deleteOrganization(database, undefined, hasPassed)
        return progress === 'waiting' ? DELETE_RETRY_MS : progress === 'deleted'
      },
    }),
    await startBulkRetries(options),
    await startSyncs(options),
    startLoop({
      name: 'fold',
      everyMs: FOLD_MS,
      log,
      watch,
      run: createFolding(database, (error) =>
        log.error({ error: messageOf(error) }, 'cannot add a count of attempts to the statistics'),
      ),
    }),
    startLoop({
      name: 'retention',
      everyMs: RETENTION_MS,
      log,
      watch,
      run: async () => {
        let isMore = false
        await runAllSteps([
          () => keepPartitions(database, { retention: logRetentionMs, log }),
          () => expireFaults(database, logRetentionMs),
          () => expireAuditLog(database, auditRetentionMs),
          () => expireAlerts(database, logRetentionMs),
          async () => {
            isMore = await expireRollups(database, logRetentionMs / DAY_MS)
          },
        ])
        return isMore
      },
    }),
    startLoop({
      name: 'expire',
      everyMs: EXPIRE_MS,
      log,
      watch,
      run: async () => {
        await runAllSteps([
          () => expireSessions(database),
          () => expireSigningKeys(database),
          () => expireInboxes(database),
          () => expireCalls(database),
          () => releaseSetAside(database),
        ])
        return false
      },
    }),
    startLoop({
      name: 'tidy',
      everyMs: TIDY_MS,
      log,
      watch,
      run: async () => {
        if (database.engine === 'pglite') await vacuumEmbedded(database)
        return false
      },
    }),
  ]
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()))
    },
  }
}

/** None without the reference CRM. */
async function startSources({ database, log, watch }: MaintenanceOptions): Promise<Loop[]> {
  if (!(await hasMessages(database))) return []
  const taking = startLoop({
    name: 'sources',
    everyMs: TAKE_IN_MS,
    log,
    watch,
    run: createTakeIn(database, log),
  })
  await database.listen(SOURCES_CHANNEL, () => taking.wake())
  const catchingUp = startLoop({
    name: 'statuses',
    everyMs: CATCH_UP_MS,
    log,
    watch,
    run: () =>
      catchUpStatuses(database, (error) =>
        log.error({ error: messageOf(error) }, 'cannot update the status of a message'),
      ),
  })
  return [taking, catchingUp]
}

/** None without a mail server. */
function startMailing({
  database,
  log,
  watch,
  publicUrl,
  portalRefreshUrl,
  portalTheme,
  ...smtp
}: MaintenanceOptions): Loop[] {
  const mailer = createMailer(smtp)
  if (mailer === undefined) return []
  const settings = { publicUrl, portalRefreshUrl, portalTheme }
  const options = { database, log, mailer, settings }
  return [startLoop({ name: 'mail', everyMs: MAIL_MS, log, watch, run: () => sendMails(options) })]
}

function startErasing(options: MaintenanceOptions): Loop {
  const { database, crm, log, watch, messages, logRetentionMs, hasPassed } = options
  const splitter = createSplitter()
  const crmSplitter = createSplitter()
  const onFault = (fault: DeliveryFault): void => messages.emit('fault', fault)
  return startLoop({
    name: 'erase',
    everyMs: ERASE_MS,
    log,
    watch,
    run: async () => {
      if (crm !== database) await copyErasures(crm, database, logRetentionMs)
      const first = crm === database ? 'idle' : await eraseBatch(crm, onFault, crmSplitter)
      // An erasure is complete when nothing is left in either database.
      const progress = first === 'idle' ? await eraseBatch(database, onFault, splitter, hasPassed) : first
      return progress === 'waiting' ? ERASE_RETRY_MS : progress === 'erased'
    },
  })
}

async function startBulkRetries({ database, log, watch, messages }: MaintenanceOptions): Promise<Loop> {
  const splitter = createSplitter()
  const loop = startLoop({
    name: 'redeliver',
    everyMs: REDELIVER_MS,
    log,
    watch,
    run: async () => {
      const progress = await redeliverBatch(
        database,
        undefined,
        (fault) => messages.emit('fault', fault),
        splitter,
      )
      if (progress === 'queued') messages.emit('queued', { isClaimable: true })
      return progress === 'waiting' ? REDELIVER_RETRY_MS : progress === 'queued'
    },
  })
  await database.listen('webhooks_redeliveries', () => loop.wake())
  return loop
}

async function startSyncs(options: MaintenanceOptions): Promise<Loop> {
  const { database, crm, log, watch, messages, hasPassed } = options
  let wait = SYNC_RETRY_MS.least
  const loop = startLoop({
    name: 'sync',
    everyMs: SYNC_MS,
    log,
    watch,
    run: async () => {
      const progress = await syncBatch({ database, crm }, log, hasPassed)
      if (progress === 'read') messages.emit('queued', { isClaimable: true })
      if (progress === 'read' || progress === 'idle') return progress === 'read'
      wait = progress === 'sending' ? SYNC_RETRY_MS.least : Math.min(SYNC_RETRY_MS.most, wait * 2)
      return wait
    },
  })
  await database.listen('webhooks_syncs', () => {
    wait = SYNC_RETRY_MS.least
    loop.wake()
  })
  return loop
}
