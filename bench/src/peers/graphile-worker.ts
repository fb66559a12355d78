import { inBatches, forEachConcurrently } from '../load.ts'
import type { StartContestant } from '../contestant.ts'
import { EMIT_CONCURRENCY, EMIT_BATCH } from '../contestant.ts'
import { startPeer, toJob } from './peer-process.ts'

/** Adds jobs in bulk as its documentation does; does not read the jobs back. */
const ADD_JOBS = {
  name: 'add-jobs',
  text: `select count(*) from graphile_worker.add_jobs(
    array(select json_populate_recordset(null::graphile_worker.job_spec, $1::json)))`,
}

export function startGraphileWorker(log: 'single' | 'batched'): StartContestant {
  return async ({ postgres, endpoints }) => {
    const database = await postgres.createDatabase()
    const peer = await startPeer('graphile-worker-process.ts', {
      databaseUrl: database.url,
      endpoints,
      log,
    })
    const isTrue = async (question: string): Promise<boolean> => {
      const { rows } = await peer.pool.query<{ yes: boolean }>(`select ${question} as yes`)
      return rows[0]?.yes === true
    }
    return {
      pid: peer.pid,
      prepare(events) {
        const batches = inBatches(events, EMIT_BATCH).map((batch) =>
          JSON.stringify(
            batch.map((event) => ({ identifier: 'deliver', payload: toJob(event), max_attempts: 10 })),
          ),
        )
        return () =>
          forEachConcurrently(batches, EMIT_CONCURRENCY, async (batch) => {
            await peer.pool.query({ ...ADD_JOBS, values: [batch] })
          })
      },
      isDone: () => isTrue('not exists (select from graphile_worker._private_jobs)'),
      async countSuccesses(since) {
        const { rows } = await peer.pool.query<{ count: string }>(
          `select count(*) from webhook_logs where status = 'success' and created_at >= $1`,
          [new Date(since)],
        )
        return Number(rows[0]?.count)
      },
      async close() {
        await peer.stop()
        await database.drop()
      },
    }
  }
}
