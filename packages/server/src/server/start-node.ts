import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { within } from '../loops/loop.ts'
import { requireKeysInUse } from '../secrets/keys-in-use.ts'
import type { Config } from '../settings/config.ts'
import { MAX_STOP_MS, SHUTDOWN_STEP_TIMEOUT_MS, compose } from './compose.ts'
import { openDataDir } from './data-dir.ts'
import { listen, requireAddress } from './listening.ts'
import { openDatabases } from './open-databases.ts'
import { readVersion as readVersionStatement } from './sql/statements.generated.ts'
import { readKeys, readServiceKey, requireUsableKeys, warnOfShortKey } from './start-keys.ts'
import type { Siblings } from './workers/siblings.ts'

/** The longest shutdown: `program.stop()`, then the database and the data directory. */
export const MAX_SHUTDOWN_MS = MAX_STOP_MS + 2 * SHUTDOWN_STEP_TIMEOUT_MS

/** A node that serves requests, or works, by its role. */
export interface RunningNode {
  /** The URL, as people type it. */
  address: string
  databaseVersion: string
  /** Stops in order. @returns the exit code */
  stop(): Promise<number>
  /** Ends the workers at once; undefined if the node is this process alone. */
  kill?(): void
}

/**
 * Starts everything that the settings ask for in this process.
 * @param siblings undefined if this process is the whole node; a worker's parent has done what a node does once
 */
export async function startNode(config: Config, log: Logger, siblings?: Siblings): Promise<RunningNode> {
  const dataDir = openDataDir(config.dataDir)
  if (siblings === undefined) {
    requireUsableKeys(dataDir)
    await requireAddress(config)
  }
  const databases = await openDatabases(config, dataDir, log, { isMigrated: siblings !== undefined })
  // Keys are created this late so that a refused start leaves no unused key behind.
  if (config.encryptionKeys.length === 0 && !dataDir.hasKey('encryption-key')) {
    await requireKeysInUse(databases.api, [])
  }
  const keys = readKeys(config, dataDir)
  const serviceKey = readServiceKey(config, dataDir)
  if (siblings === undefined) warnOfShortKey(serviceKey, log)
  const program = await compose(config, databases, serviceKey, keys, log, siblings)
  const address = await listen(program.server, config, siblings !== undefined)
  const databaseVersion = await readVersion(databases.api)
  return {
    address,
    databaseVersion,
    async stop() {
      log.info('stopping: finishing work in progress')
      await program.stop()
      await within(SHUTDOWN_STEP_TIMEOUT_MS, databases.close())
      await within(SHUTDOWN_STEP_TIMEOUT_MS, dataDir.unlock())
      log.info('stopped')
      return 0
    },
  }
}

async function readVersion(database: Database): Promise<string> {
  const { rows } = await database.query(...readVersionStatement())
  return rows[0]?.version ?? ''
}
