import type { Logger } from 'pino'
import { expireCaptures } from '../capture/expire-captures.ts'
import { followTenants } from '../capture/follow-tenants.ts'
import { checkCaptures } from '../capture/watch-captures.ts'
import type { Database } from '../database/database.ts'
import { runAllSteps } from '../database/run-all-steps.ts'
import type { Loop } from '../loops/loop.ts'
import { startLoop } from '../loops/loop.ts'
import type { LoopWatch } from '../loops/loop-watch.ts'
import { deleteOrganization } from './delete-organizations.ts'
import { expireFaults } from './expire-faults.ts'
import { copyFromCrm, noteDeletion } from './log-database/copy-from-crm.ts'
import { keepPartitions } from './partitions.ts'

const WATCH_MS = 60_000
const EXPIRE_MS = 10 * 60_000
const COPY_MS = 2_000
const DELETE_MS = 10_000
/** Delay while something of a deleted organization is still in the outbox. */
const DELETE_RETRY_MS = 1_000

export interface CrmJobsOptions {
  /** The database of the CRM. */
  crm: Database
  log: Logger
  watch: LoopWatch
  /** How long captured events are kept, in milliseconds. */
  logRetentionMs: number
}

/** Starts the jobs of captures, which belong to the database of the CRM. */
export function startCaptureJobs({ crm, log, watch, logRetentionMs }: CrmJobsOptions): Loop[] {
  return [
    startLoop({
      name: 'captures',
      everyMs: WATCH_MS,
      log,
      watch,
      run: async () => {
        if (await checkCaptures(crm, { log, unlessFresh: true })) await followTenants(crm, log)
        return false
      },
    }),
    startLoop({
      name: 'expire captures',
      everyMs: EXPIRE_MS,
      log,
      watch,
      run: async () => {
        await expireCaptures(crm, logRetentionMs)
        return false
      },
    }),
  ]
}

/**
 * Starts what a database of the CRM needs besides where the log is in another database: captured events have partitions in both, and
 * organizations are known in both.
 *
 * @param database the log database
 */
export function startApartJobs(database: Database, options: CrmJobsOptions): Loop[] {
  const { crm, log, watch, logRetentionMs: retention } = options
  return [
    startLoop({
      name: 'copy from the CRM',
      everyMs: COPY_MS,
      log,
      watch,
      run: () => copyFromCrm(crm, database),
    }),
    startLoop({
      name: 'retention in the CRM',
      everyMs: EXPIRE_MS,
      log,
      watch,
      run: async () => {
        await runAllSteps([() => keepPartitions(crm, { retention, log }), () => expireFaults(crm, retention)])
        return false
      },
    }),
    startLoop({
      name: 'delete organizations in the CRM',
      everyMs: DELETE_MS,
      log,
      watch,
      run: async () => {
        const progress = await deleteOrganization(crm, (id) => noteDeletion(crm, database, id))
        return progress === 'waiting' ? DELETE_RETRY_MS : progress === 'deleted'
      },
    }),
  ]
}
