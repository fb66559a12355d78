import { availableParallelism } from 'node:os'
import type { Config } from '../../settings/config.ts'

/** A server with the default `max_connections` of 100 has room for the connections of this many workers, and for the CRM's. */
const MAX_AUTO_WORKERS = 8
/** Connections of one pool that all workers divide, as far as each keeps the fewest that it works well with. */
const DIVIDED_CONNECTIONS = 32
const MIN_POOL_SIZE = 4
const MAX_API_POOL_SIZE = 10
const MAX_ENGINE_POOL_SIZE = 6
/** Little work is left in the database of the CRM where the log is in another: taking captured events out of the outbox. */
const DIVIDED_CRM_CONNECTIONS = 8
const MIN_CRM_POOL_SIZE = 2
const MAX_CRM_POOL_SIZE = 4

/** Returns the number of processes that share the work of this node. */
export function countWorkers({ workers, databaseUrl }: Pick<Config, 'workers' | 'databaseUrl'>): number {
  // Only one process can open the embedded database.
  if (databaseUrl === undefined) return 1
  return workers === 'auto' ? Math.min(availableParallelism(), MAX_AUTO_WORKERS) : workers
}

export interface PoolSizes {
  api: number
  engine: number
  /** To the database of the CRM, where it is not the log database: for the pipeline, and for requests. */
  crm: number
  crmApi: number
}

/** Returns the connections of each worker's pools, besides one to each database that listens and one for probes. */
export function poolSizes(workers: number): PoolSizes {
  const share = Math.max(MIN_POOL_SIZE, Math.floor(DIVIDED_CONNECTIONS / workers))
  const crmShare = Math.max(MIN_CRM_POOL_SIZE, Math.floor(DIVIDED_CRM_CONNECTIONS / workers))
  return {
    api: Math.min(share, MAX_API_POOL_SIZE),
    engine: Math.min(share, MAX_ENGINE_POOL_SIZE),
    crm: Math.min(crmShare, MAX_CRM_POOL_SIZE),
    crmApi: Math.min(crmShare, MIN_CRM_POOL_SIZE),
  }
}

/** Returns one worker's part of a limit that holds for the node: at least 1, or its part would stop. */
export function shareOf(limit: number, workers: number): number {
  return Math.max(1, Math.floor(limit / workers))
}
