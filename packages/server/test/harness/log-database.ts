import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Database } from '../../src/database/database.ts'
import { openPostgres } from '../../src/database/postgres.ts'
import { compose } from '../../src/server/compose.ts'
import { openDataDir } from '../../src/server/data-dir.ts'
import { openDatabases } from '../../src/server/open-databases.ts'
import type { Config } from '../../src/settings/config.ts'
import { parseConfig } from '../../src/settings/config.ts'
import type { Api } from './api.ts'
import { createApi } from './api.ts'
import { createDatabase } from './databases.ts'
import { ENCRYPTION_KEY, SERVICE_KEY } from './server-process.ts'

const KEY = Buffer.from(ENCRYPTION_KEY, 'base64')

/** A map of accounts, and of people in them as contacts. */
export const PEOPLE_MAP = {
  organizations: { table: 'public.accounts', id: 'id', name: 'label' },
  records: [
    {
      record: 'contact',
      table: 'public.people',
      organization: { column: 'account_id' },
      columns: { id: 'id', first_name: 'name', updated_at: 'changed_at' },
    },
  ],
}

/** A node in this process. */
export interface ApartNode {
  url: string
  api: Api
  stop(): Promise<void>
}

/** The database of a CRM and a log database, on one server. Captured events end in the outbox: nothing takes them to the other database. */
export interface ApartDatabases {
  crmUrl: string
  logUrl: string
  crm: Database
  logs: Database
  config: Config
  start(): Promise<ApartNode>
  close(): Promise<void>
}

export async function createApart(): Promise<ApartDatabases> {
  const [ofCrm, ofLog] = [
    await createDatabase('postgresql', 'empty'),
    await createDatabase('postgresql', 'empty'),
  ]
  const folder = mkdtempSync(join(tmpdir(), 'connectgain-apart-'))
  const config: Config = {
    ...parseConfig({
      DATABASE_URL: ofCrm.url,
      ENCRYPTION_KEYS: ENCRYPTION_KEY,
      ALLOW_HTTP_URLS: 'true',
      EGRESS_ALLOW: '127.0.0.0/8',
      WORKERS: '1',
      DATA_DIR: folder,
    }),
    // Not by its setting, which would require streams.
    logDatabaseUrl: ofLog.url,
  }
  const [crm, logs] = [ofCrm, ofLog].map(({ url }) => openPostgres({ url: url!, poolSize: 2 }))
  const nodes = new Set<ApartNode>()
  return {
    crmUrl: ofCrm.url!,
    logUrl: ofLog.url!,
    crm: crm!,
    logs: logs!,
    config,
    async start() {
      const node = await startNode(config)
      nodes.add(node)
      const stop = async (): Promise<void> => {
        if (nodes.delete(node)) await node.stop()
      }
      return { ...node, stop }
    },
    async close() {
      await Promise.all([...nodes].map((node) => node.stop()))
      await Promise.all([crm!.close(), logs!.close()])
      await Promise.all([ofCrm.drop(), ofLog.drop()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startNode(config: Config): Promise<ApartNode> {
  const log = pino({ level: 'silent' })
  const databases = await openDatabases(config, openDataDir(config.dataDir), log)
  const program = await compose(config, databases, SERVICE_KEY, [KEY], log)
  await program.server.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${(program.server.server.address() as AddressInfo).port}`
  return {
    url,
    api: createApi(url, SERVICE_KEY),
    async stop() {
      await program.stop()
      await databases.close()
    },
  }
}
