import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { readModule, writeStatements } from '../generate/write-statements.ts'
import { createDatabase } from './harness/databases.ts'

test(
  'the generated types of statements are those that PostgreSQL reports on the migrated database',
  { skip: process.env['TEST_DATABASE_URL'] === undefined },
  async () => {
    const { url, drop } = await createDatabase('postgresql')
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      for (const [path, text] of await writeStatements(client)) assert.equal(readModule(path), text, path)
    } finally {
      await client.end()
      await drop()
    }
  },
)
