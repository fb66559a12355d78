import type { Logger } from 'pino'
import type { Config } from '../../settings/config.ts'
import { openDataDir } from '../data-dir.ts'
import { requireAddress } from '../listening.ts'
import { migrateServers } from '../prepare-servers.ts'
import { readServiceKey, requireUsableKeys, warnOfShortKey } from '../start-keys.ts'
import type { RunningNode } from '../start-node.ts'
import { countWorkers } from './count-workers.ts'
import { Supervisor } from './supervisor.ts'

/**
 * Starts a node of several workers. This process, their parent, does once what a node does once: it creates keys and
 * migrates the database. It serves no requests itself.
 *
 * @param environment the settings as text, for the workers
 */
export async function startWorkers(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
  log: Logger,
): Promise<RunningNode> {
  const dataDir = openDataDir(config.dataDir)
  requireUsableKeys(dataDir)
  await requireAddress(config)
  await migrateServers(config, log)
  warnOfShortKey(readServiceKey(config, dataDir), log)
  const supervisor = new Supervisor({
    count: countWorkers(config),
    environment,
    log,
    onGiveUp: () => void supervisor.stop().then(() => process.exit(1)),
  })
  const started = await supervisor.started()
  return {
    ...started,
    async stop() {
      log.info('stopping: finishing work in progress')
      const hasFinished = await supervisor.stop()
      log.info('stopped')
      return hasFinished ? 0 : 1
    },
    kill: () => supervisor.kill(),
  }
}
