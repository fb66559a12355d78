import assert from 'node:assert/strict'
import { createReadStream, globSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSecrets, readWritten } from './harness/witness/notebook.ts'
import { searchFor } from './harness/witness/search.ts'

// Runs after all other tests: they noted what was secret and what the program showed, see harness/witness.
const folder = process.env['TEST_WITNESS']!
const files = process.env['TEST_DATABASE_FILES']!
const secrets = readSecrets(folder)
const search = searchFor(secrets)

test('no answer, page, log line or metric that the suite was given has a secret in it', (context) => {
  const leaks: string[] = []
  let bytes = 0
  for (const { where, text } of readWritten(folder)) {
    const written = Buffer.from(text)
    bytes += written.length
    for (const secret of search.find(written)) leaks.push(`${where} has “${secret}” in it`)
  }
  context.diagnostic(`${secrets.size} secrets were looked for in ${bytes} bytes`)
  assert.deepEqual(leaks, [])
})

test('no file of the PostgreSQL that the suite used has a secret in it, its write-ahead log included', async (context) => {
  const leaks: string[] = []
  let bytes = 0
  for (const file of globSync('**/*', { cwd: files, withFileTypes: true })) {
    if (!file.isFile()) continue
    const { size, found } = await searchFile(join(file.parentPath, file.name))
    bytes += size
    for (const secret of found) leaks.push(`${file.name} has “${secret}” in it`)
  }
  context.diagnostic(`${secrets.size} secrets were looked for in ${bytes} bytes`)
  assert.deepEqual(leaks, [])
})

async function searchFile(path: string): Promise<{ size: number; found: Set<string> }> {
  const found = new Set<string>()
  let size = 0
  let rest = Buffer.alloc(0)
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
      const piece = Buffer.concat([rest, chunk as Buffer])
      for (const secret of search.find(piece)) found.add(secret)
      rest = piece.subarray(-search.overlap)
      size += (chunk as Buffer).length
    }
  } catch (error) {
    // The server is running, and removes what it no longer needs.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return { size, found }
}

test('the search finds a secret wherever it stands', () => {
  const { find } = searchFor(['a-secret-of-mine', 'another-of-mine'])
  assert.deepEqual(find(Buffer.from('it is "a-secret-of-mine"')), ['a-secret-of-mine'])
  assert.deepEqual(find(Buffer.from('another-of-mine, a-secret-of-mine')).sort(), [
    'a-secret-of-mine',
    'another-of-mine',
  ])
  assert.deepEqual(find(Buffer.from('a-secret-of-min, another-of-mind')), [])
})
