import cluster from 'node:cluster'
import { StartError, messageOf } from '../domain/errors.ts'
import type { Config } from '../settings/config.ts'
import { parseConfig, readEnvironment } from '../settings/config.ts'
import { banner, bannerAsJson } from './banner.ts'
import { openDataDir } from './data-dir.ts'
import { createLog } from './log.ts'
import { openDatabases } from './open-databases.ts'
import type { Applied } from './prepare-servers.ts'
import { startNode } from './start-node.ts'
import type { RunningNode } from './start-node.ts'
import { returnFreedMemory } from './return-freed-memory.ts'
import { rememberNpmAncestors } from './started-by-npm.ts'
import { countWorkers } from './workers/count-workers.ts'
import { startWorkers } from './workers/start-workers.ts'
import { runWorkerProcess } from './workers/worker-process.ts'

/** npm forwards a Ctrl+C within milliseconds. */
const SAME_SIGNAL_MS = 1_000

/** Starts everything that the settings ask for, prints the URL, and stops in order on a signal. */
export async function serve({ json = false }: { json?: boolean } = {}): Promise<void> {
  if (cluster.isWorker) return await runWorkerProcess()
  returnFreedMemory()
  const onNpmGone = rememberNpmAncestors()
  try {
    const environment = readEnvironment()
    const config = parseConfig(environment)
    const log = createLog(config)
    const isAlone = countWorkers(config) === 1
    const node = isAlone ? await startNode(config, log) : await startWorkers(config, environment, log)
    const stop = stopOnce(node)
    // Not `once`: npm forwards a Ctrl+C that the terminal has also sent to this process.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
    onNpmGone(stop)
    // Printed after the signal handlers are set: the reader may stop the process at once.
    const announce = json ? bannerAsJson : banner
    process.stdout.write(announce(config, node))
  } catch (error) {
    process.stderr.write(`ConnectGain Webhooks cannot start.\n\n${messageOf(error)}\n`)
    process.exit(error instanceof StartError ? 2 : 1)
  }
}

/** Stops the node on the first call. A call that is clearly another signal kills the workers of a node that has some. */
function stopOnce(node: RunningNode): () => void {
  let stoppingSince: number | undefined
  return () => {
    if (stoppingSince === undefined) {
      stoppingSince = performance.now()
      void node.stop().then((exitCode) => process.exit(exitCode))
    } else if (performance.now() - stoppingSince > SAME_SIGNAL_MS) node.kill?.()
  }
}

/** Migrates the databases and returns the applied migrations. */
export async function migrateOnly(config: Config): Promise<Applied> {
  const dataDir = openDataDir(config.dataDir)
  const databases = await openDatabases(config, dataDir, createLog(config))
  await databases.close()
  await dataDir.unlock()
  return databases.applied
}
