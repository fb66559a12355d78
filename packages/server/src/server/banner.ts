import { resolve } from 'node:path'
import type { Config } from '../settings/config.ts'
import { VERSION } from '../settings/version.ts'
import type { RunningNode } from './start-node.ts'
import { countWorkers } from './workers/count-workers.ts'

/** What the start message says of a node. */
type Announced = Pick<RunningNode, 'address' | 'databaseVersion'>

/** Formats the start message for people, printed to stdout. */
export function banner(config: Config, { address, databaseVersion: version }: Announced): string {
  const folder = resolve(config.dataDir)
  const database =
    config.databaseUrl === undefined
      ? `embedded PostgreSQL ${version} (PGlite) in ${folder}`
      : `PostgreSQL ${version} at ${new URL(config.databaseUrl).host}`
  const key = config.serviceKey === undefined ? `in ${folder}/service-key` : 'from SERVICE_KEY'
  const shellKey = config.serviceKey === undefined ? `$(cat ${folder}/service-key)` : '$SERVICE_KEY'
  const workers = countWorkers(config)
  const head = `ConnectGain Webhooks ${VERSION}

  Database     ${database}
${workers === 1 ? '' : `  Processes    ${workers} (WORKERS)\n`}`
  if (config.role === 'worker') return `${head}  Worker       ${address}/health/ready\n\n`
  return `${head}  Page         ${address}/settings/webhooks
  API          ${address}/rest/v1
  Service key  ${key}

Try:  curl -H "apikey: ${shellKey}" '${address}/rest/v1/webhook_event_types?select=name'

`
}

/** Formats the same facts as one line of JSON for programs. Neither form contains the service key. */
export function bannerAsJson(config: Config, { address, databaseVersion }: Announced): string {
  const isWorker = config.role === 'worker'
  return `${JSON.stringify({
    version: VERSION,
    role: config.role,
    workers: countWorkers(config),
    database: config.databaseUrl === undefined ? 'embedded' : 'postgresql',
    database_version: databaseVersion,
    url: address,
    ...(isWorker ? {} : { page: `${address}/settings/webhooks`, api: `${address}/rest/v1` }),
    service_key: config.serviceKey === undefined ? `${resolve(config.dataDir)}/service-key` : 'SERVICE_KEY',
  })}\n`
}
