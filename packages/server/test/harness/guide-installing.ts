import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPostgres } from '../../src/database/postgres.ts'
import { createDatabase } from './databases.ts'
import { blocksOf, runScript } from './guide-commands.ts'
import { findFreePort } from './postgres.ts'
import { until } from './until.ts'

const CRM = new URL('../fixtures/crms/chatwoot.sql', import.meta.url)
/** The events that the page says the receiver prints. */
const PRINTED = /contact\.created[^]*signature verified[^]*conversation\.resolved[^]*signature verified/

/**
 * Runs the commands of docs/installing.md on a database of Chatwoot, with the addresses of this machine. Before the last
 * step, which stops the receiver, it waits for the events, and checks the map that the page shows.
 */
export async function playInstalling(folder: string): Promise<void> {
  const made = await createDatabase('postgresql', 'empty')
  const database = openPostgres({ url: made.url!, poolSize: 1 })
  try {
    await database.execute(readFileSync(CRM, 'utf8'))
    const { host, pathname, password } = new URL(made.url!)
    const [port, receiverPort] = [await findFreePort(), await findFreePort()]
    const blocks = blocksOf('installing').map((block) =>
      block
        .replaceAll('localhost:5432/chatwoot', `${host}${pathname}`)
        .replaceAll('on database chatwoot', `on database ${pathname.slice(1)}`)
        .replaceAll('4600', String(port))
        .replaceAll('4700', String(receiverPort))
        .replace('--secret your-secret-key &', '--secret your-secret-key > listen.log &'),
    )
    const isStop = (block: string): boolean => block.includes('kill %1')
    const end = blocks.findIndex(isStop)
    assert.ok(end > 0)
    writeFileSync(join(folder, 'example.json'), readExample())
    const script = [
      "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT",
      ...blocks.slice(0, end),
      'npx connectgain-webhooks install --map example.json --dry-run > example.sql',
      'until test -e seen; do sleep 0.1; done',
      ...blocks.slice(end),
    ].join('\n')
    const played = runScript(script, folder, {
      PGPASSWORD: password,
      PORT: String(port),
      CONNECTGAIN_URL: `http://localhost:${port}`,
      WORKERS: '1',
    })
    let hasEnded = false
    const ended = played.finally(() => (hasEnded = true))
    await Promise.all([ended, waitForEvents(folder, () => hasEnded)])
    const { rows } = await database.query(`select nspname from pg_namespace where nspname like 'webhooks%'`)
    assert.deepEqual(rows, [])
  } finally {
    await database.close()
    await made.drop()
    await dropRole()
  }
}

/** The map that the page shows. */
function readExample(): string {
  const page = readFileSync(new URL('../../../../docs/installing.md', import.meta.url), 'utf8')
  const [, map] = /^```json\n([^]*?)^```$/m.exec(page) ?? []
  assert.ok(map !== undefined)
  return map
}

async function waitForEvents(folder: string, hasEnded: () => boolean): Promise<void> {
  const log = join(folder, 'listen.log')
  try {
    await until(
      'the receiver to print verified events',
      () => hasEnded() || (existsSync(log) && PRINTED.test(readFileSync(log, 'utf8'))),
    )
  } finally {
    writeFileSync(join(folder, 'seen'), '')
  }
}

async function dropRole(): Promise<void> {
  const server = openPostgres({ url: process.env['TEST_DATABASE_URL']!, poolSize: 1 })
  await server.execute('drop role if exists webhooks')
  await server.close()
}
