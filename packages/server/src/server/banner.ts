import type { Config } from '../settings/config.ts'
import type { DataDir } from './data-dir.ts'
import { VERSION } from '../settings/version.ts'

/** Formats the start message for people, printed to stdout. @param version PostgreSQL's version */
export function banner(config: Config, dataDir: DataDir, address: string, version: string): string {
  const database =
    config.databaseUrl === undefined
      ? `embedded PostgreSQL ${version} (PGlite) in ${dataDir.path}`
      : `PostgreSQL ${version} at ${new URL(config.databaseUrl).host}`
  const key = config.serviceKey === undefined ? `in ${dataDir.path}/service-key` : 'from SERVICE_KEY'
  const shellKey = config.serviceKey === undefined ? `$(cat ${dataDir.path}/service-key)` : '$SERVICE_KEY'
  if (config.role === 'worker') {
    return `ConnectGain Webhooks ${VERSION}\n\n  Database     ${database}\n  Worker       ${address}/health/ready\n\n`
  }
  return `ConnectGain Webhooks ${VERSION}

  Database     ${database}
  Page         ${address}/settings/webhooks
  API          ${address}/rest/v1
  Service key  ${key}

Try:  curl -H "apikey: ${shellKey}" '${address}/rest/v1/webhook_event_types?select=name'

`
}

/** Formats the same facts as one line of JSON for programs. Neither form contains the service key. */
export function bannerAsJson(config: Config, dataDir: DataDir, address: string, version: string): string {
  const isWorker = config.role === 'worker'
  return `${JSON.stringify({
    version: VERSION,
    role: config.role,
    database: config.databaseUrl === undefined ? 'embedded' : 'postgresql',
    database_version: version,
    url: address,
    ...(isWorker ? {} : { page: `${address}/settings/webhooks`, api: `${address}/rest/v1` }),
    service_key: config.serviceKey === undefined ? `${dataDir.path}/service-key` : 'SERVICE_KEY',
  })}\n`
}
