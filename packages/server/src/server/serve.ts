import { MAX_STOP_MS, SHUTDOWN_STEP_TIMEOUT_MS, compose } from './compose.ts'
import { createLog } from './log.ts'
import { banner, bannerAsJson } from './banner.ts'
import type { Config } from '../settings/config.ts'
import { parseConfig, readEnvironment } from '../settings/config.ts'
import { openDataDir } from './data-dir.ts'
import type { Database } from '../database/database.ts'
import { StartError, messageOf } from '../domain/errors.ts'
import { within } from '../loops/loop.ts'
import { listen, requireAddress } from './listening.ts'
import { openDatabases } from './open-databases.ts'
import { readKeys, readServiceKey, requireUsableKeys } from './start-keys.ts'
import { rememberNpmAncestors } from './started-by-npm.ts'
import { requireKeysInUse } from '../secrets/keys-in-use.ts'
import { readVersion as readVersionStatement } from './sql/statements.generated.ts'

/** The longest shutdown: `program.stop()`, then the database and the data directory. */
export const MAX_SHUTDOWN_MS = MAX_STOP_MS + 2 * SHUTDOWN_STEP_TIMEOUT_MS

/** Starts everything that the settings ask for, prints the URL, and stops in order on a signal. */
export async function serve({ json = false }: { json?: boolean } = {}): Promise<void> {
  const onNpmGone = rememberNpmAncestors()
  try {
    const running = await start(parseConfig(readEnvironment()), json ? bannerAsJson : banner)
    let stopping: Promise<void> | undefined
    const stop = (): void => {
      stopping ??= running.stop().then(() => process.exit(0))
    }
    // Not `once`: npm forwards a Ctrl+C that the terminal has also sent to this process.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
    onNpmGone(stop)
    // Printed after the signal handlers are set: the reader may stop the process at once.
    process.stdout.write(running.announcement)
  } catch (error) {
    process.stderr.write(`ConnectGain Webhooks cannot start.\n\n${messageOf(error)}\n`)
    process.exit(error instanceof StartError ? 2 : 1)
  }
}

/** Migrates the database and returns the applied migrations. */
export async function migrateOnly(config: Config): Promise<string[]> {
  const dataDir = openDataDir(config.dataDir)
  const databases = await openDatabases(config, dataDir, createLog(config))
  await databases.close()
  await dataDir.unlock()
  return databases.applied
}

interface Running {
  /** The start message, for people or as JSON. */
  announcement: string
  stop(): Promise<void>
}

async function start(config: Config, announce: typeof banner): Promise<Running> {
  const log = createLog(config)
  const dataDir = openDataDir(config.dataDir)
  requireUsableKeys(dataDir)
  await requireAddress(config)
  const databases = await openDatabases(config, dataDir, log)
  // Keys are created this late so that a refused start leaves no unused key behind.
  if (config.encryptionKeys.length === 0 && !dataDir.hasKey('encryption-key')) {
    await requireKeysInUse(databases.api, [])
  }
  const keys = readKeys(config, dataDir)
  const serviceKey = readServiceKey(config, dataDir, log)
  const program = await compose(config, databases, serviceKey, keys, log)
  const address = await listen(program.server, config)
  return {
    announcement: announce(config, dataDir, address, await readVersion(databases.api)),
    async stop() {
      log.info('stopping: finishing work in progress')
      await program.stop()
      await within(SHUTDOWN_STEP_TIMEOUT_MS, databases.close())
      await within(SHUTDOWN_STEP_TIMEOUT_MS, dataDir.unlock())
      log.info('stopped')
    },
  }
}

async function readVersion(database: Database): Promise<string> {
  const { rows } = await database.query(...readVersionStatement())
  return rows[0]?.version ?? ''
}
