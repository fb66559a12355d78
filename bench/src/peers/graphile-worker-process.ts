import { Logger, run } from 'graphile-worker'
import { Pool } from 'pg'
import { createDelivery } from './delivery.ts'
import { createLog } from './log.ts'
import type { PeerJob } from './peer-process.ts'
import { receiveSettings } from './peer-process.ts'

/** Fastest of 24 (its performance page's value), 64 and 128 here: these tasks wait for the network. */
const CONCURRENCY = 64
/** Faster of 12 and 24. */
const LOG_CONNECTIONS = 12

const { databaseUrl, endpoints, log } = await receiveSettings()
const logPool = new Pool({ connectionString: databaseUrl, max: log === 'single' ? LOG_CONNECTIONS : 2 })
const deliver = createDelivery(endpoints, createLog(logPool, log))

await run({
  preset: {
    worker: {
      connectionString: databaseUrl,
      concurrentJobs: CONCURRENCY,
      maxPoolSize: 12,
      localQueue: { size: 500 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
      logger: new Logger(() => () => {}),
    },
  },
  noHandleSignals: true,
  taskList: {
    deliver: async (payload, { job }) => {
      await deliver(payload as PeerJob, job.attempts)
    },
  },
})
process.send?.('ready')
