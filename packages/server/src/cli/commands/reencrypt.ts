import { Command } from 'commander'
import { parseConfig, readEnvironment } from '../../settings/config.ts'
import type { Config } from '../../settings/config.ts'
import { openDataDir } from '../../server/data-dir.ts'
import { openDatabases } from '../../server/open-databases.ts'
import { createLog } from '../../server/log.ts'
import { readKeys } from '../../server/start-keys.ts'
import { requireKeysInUse } from '../../secrets/keys-in-use.ts'
import type { Resealed } from '../../secrets/reseal.ts'
import { resealAll } from '../../secrets/reseal.ts'
import { keyId } from '../../secrets/secret-box.ts'
import { FAILED } from '../exit-codes.ts'

interface Options {
  dryRun?: boolean
  json?: boolean
}

export function reencryptCommand(): Command {
  return new Command('reencrypt')
    .description(
      'encrypt all stored secrets with the first of ENCRYPTION_KEYS, so that the others can be removed',
    )
    .option('--dry-run', 'count only')
    .option('--json', 'print the result as JSON')
    .action(async ({ dryRun = false, json = false }: Options) => {
      const { key, ...result } = await reencrypt(parseConfig(readEnvironment()), dryRun)
      const text = json
        ? JSON.stringify({ dry_run: dryRun, key, ...result })
        : formatResult(result, key, dryRun)
      process.stdout.write(`${text}\n`)
      if (result.unreadable.length > 0 || result.refused.length > 0) process.exitCode = FAILED
    })
}

async function reencrypt(config: Config, dryRun: boolean): Promise<Resealed & { key: string }> {
  const dataDir = openDataDir(config.dataDir)
  const keys = readKeys(config, dataDir)
  const databases = await openDatabases(config, dataDir, createLog(config))
  try {
    await requireKeysInUse(databases.api, keys)
    return { key: keyId(keys[0]!), ...(await resealAll(databases.api, keys, { dryRun })) }
  } finally {
    await databases.close()
    await dataDir.unlock()
  }
}

function formatResult({ rows, unreadable, refused }: Resealed, key: string, dryRun: boolean): string {
  const lines = Object.entries(rows).map(([table, count]) => `  ${table}: ${count}`)
  const closed = unreadable.map(({ table, id }) => `  ${table} ${id}`)
  const kept = refused.map(({ table, id, reason }) => `  ${table} ${id}: ${reason}`)
  return [
    `${dryRun ? 'Rows to encrypt' : 'Rows encrypted'} with key ${key}:`,
    ...lines,
    ...(closed.length > 0 ? ['Cannot be decrypted, unchanged; set new secrets:', ...closed] : []),
    ...(kept.length > 0
      ? [
          'Rejected by the database, unchanged; fix the cause, then run reencrypt again before you remove a key:',
          ...kept,
        ]
      : []),
  ].join('\n')
}
