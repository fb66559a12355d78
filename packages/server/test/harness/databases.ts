import { randomUUID } from 'node:crypto'
import type { Database } from '../../src/database/database.ts'
import { openPostgres } from '../../src/database/postgres.ts'
import { prepareDatabase } from '../../src/server/prepare-database.ts'
import { IS_FULL } from './full-run.ts'
import { openPgliteMigrated } from './pglite-template.ts'

export type Engine = Database['engine']

/** The database that `provideMigrated` makes. */
export const MIGRATED_TEMPLATE = 'migrated_template'

/** Every engine that the program runs on. PostgreSQL is there when `npm test` started it. */
export const EVERY_ENGINE: readonly Engine[] =
  process.env['TEST_DATABASE_URL'] === undefined ? ['pglite'] : ['postgresql', 'pglite']

/**
 * What a test runs on. PGlite costs several times as much as PostgreSQL and executes the same SQL: `npm test` runs only
 * the files there that name EVERY_ENGINE (or `onEveryEngine`), a sample of what it may do differently: transactions, claims,
 * partitions, captures, the REST API and a crash. `npm run test:full` runs each test on both.
 */
export const ENGINES: readonly Engine[] = IS_FULL ? EVERY_ENGINE : EVERY_ENGINE.slice(0, 1)

/** For what has nothing to do with the database. */
export const ANY_ENGINE: Engine = EVERY_ENGINE[0]!

export interface TestDatabase {
  /** Undefined for PGlite, which a process opens by its folder. */
  url: string | undefined
  drop(): Promise<void>
}

/**
 * A database of its own on the PostgreSQL server, or nothing at all for PGlite.
 * @param kind `migrated`: a copy of the one that `provideMigrated` made; `empty`: one that knows nothing of us
 */
export async function createDatabase(
  engine: Engine,
  kind: 'migrated' | 'empty' = 'migrated',
): Promise<TestDatabase> {
  const serverUrl = process.env['TEST_DATABASE_URL']
  if (engine === 'pglite' || serverUrl === undefined) return { url: undefined, drop: async () => {} }
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onServer(
    serverUrl,
    `create database ${name} template ${kind === 'empty' ? 'template1' : MIGRATED_TEMPLATE}`,
  )
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(serverUrl, `drop database ${name} with (force)`) }
}

/** Migrating takes a second; copying a migrated database takes a tenth of that. */
export async function provideMigrated(serverUrl: string): Promise<void> {
  await onServer(serverUrl, `create database ${MIGRATED_TEMPLATE}`)
  const url = new URL(serverUrl)
  url.pathname = `/${MIGRATED_TEMPLATE}`
  const database = openPostgres({ url: url.href, poolSize: 1 })
  await prepareDatabase(database, { crmTables: true })
  await database.close()
}

async function onServer(url: string, statement: string): Promise<void> {
  const database = openPostgres({ url, poolSize: 1 })
  try {
    await database.execute(statement)
  } finally {
    await database.close()
  }
}

/** A migrated database in this process, for tests below the HTTP side. */
export async function openMigrated(
  engine: Engine,
): Promise<{ database: Database; url: string | undefined; close(): Promise<void> }> {
  const { url, drop } = await createDatabase(engine)
  const database = url === undefined ? await openPgliteMigrated() : openPostgres({ url, poolSize: 4 })
  return {
    database,
    url,
    async close() {
      await database.close()
      await drop()
    },
  }
}
