import { writeFileSync } from 'node:fs'
import { Client } from 'pg'
import { migrate } from '../src/database/migrate.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { startPostgres } from '../test/harness/postgres.ts'
import { writeStatements } from './write-statements.ts'

const postgres = await startPostgres()
try {
  const database = openPostgres({ url: postgres.url, poolSize: 1 })
  await migrate(database, ['core', 'crm'])
  await database.close()
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  for (const [path, text] of await writeStatements(client)) writeFileSync(path, text)
  await client.end()
} finally {
  await postgres.stop()
}
// Not before: it imports modules that may use statements whose types were not written yet.
const { writeGeneratedFiles } = await import('./generated-files.ts')
await writeGeneratedFiles()
