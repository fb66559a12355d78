import { Queue } from 'bullmq'
import { forEachConcurrently, inBatches } from '../load.ts'
import type { StartContestant } from '../contestant.ts'
import { EMIT_CONCURRENCY, EMIT_BATCH } from '../contestant.ts'
import { startPeer, toJob } from './peer-process.ts'
import { startRedis } from './redis.ts'

export const startBullmq: StartContestant = async ({ postgres, endpoints }) => {
  const redis = await startRedis()
  const database = await postgres.createDatabase()
  const peer = await startPeer('bullmq-process.ts', {
    databaseUrl: database.url,
    endpoints,
    log: 'single',
    redisPort: redis.port,
  })
  const queue = new Queue('deliveries', { connection: { host: '127.0.0.1', port: redis.port } })
  const options = { attempts: 10, backoff: { type: 'exponential', delay: 5_000 }, removeOnComplete: true }
  return {
    pid: peer.pid,
    storePid: redis.pid,
    prepare(events) {
      const batches = inBatches(events, EMIT_BATCH).map((batch) =>
        batch.map((event) => ({ name: 'deliver', data: toJob(event), opts: options })),
      )
      return () =>
        forEachConcurrently(batches, EMIT_CONCURRENCY, async (batch) => {
          await queue.addBulk(batch)
        })
    },
    isDone: async () => (await queue.getJobCountByTypes('wait', 'active', 'delayed', 'prioritized')) === 0,
    async countSuccesses(since) {
      const { rows } = await peer.pool.query<{ count: string }>(
        `select count(*) from webhook_logs where status = 'success' and created_at >= $1`,
        [new Date(since)],
      )
      return Number(rows[0]?.count)
    },
    async close() {
      await queue.close()
      await peer.stop()
      await database.drop()
      await redis.stop()
    },
  }
}
