import { Worker } from 'bullmq'
import { Pool } from 'pg'
import { createDelivery } from './delivery.ts'
import { createLog } from './log.ts'
import type { PeerJob } from './peer-process.ts'
import { receiveSettings } from './peer-process.ts'

/** Fastest of 50, 100 and 200 here. */
const CONCURRENCY = 100
const LOG_CONNECTIONS = 12

const { databaseUrl, endpoints, log, redisPort = 0 } = await receiveSettings()
const logPool = new Pool({ connectionString: databaseUrl, max: LOG_CONNECTIONS })
const deliver = createDelivery(endpoints, createLog(logPool, log))

const worker = new Worker<PeerJob>(
  'deliveries',
  async ({ data, attemptsMade }) => {
    await deliver(data, attemptsMade + 1)
  },
  {
    connection: { host: '127.0.0.1', port: redisPort, maxRetriesPerRequest: null },
    concurrency: CONCURRENCY,
    removeOnComplete: { count: 0 },
  },
)
await worker.waitUntilReady()
process.send?.('ready')
