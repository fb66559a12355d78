import assert from 'node:assert/strict'
import { closeSync, globSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSecrets, readWritten } from './harness/witness/notebook.ts'
import { searchFor } from './harness/witness/search.ts'

// Runs after all other tests, which have recorded their secrets and the output of the program: see harness/witness.
const folder = process.env['TEST_WITNESS']!
const files = process.env['TEST_DATABASE_FILES']!
const secrets = readSecrets(folder)
const search = searchFor(secrets)

const CHUNK_BYTES = 2 ** 20
const buffer = Buffer.alloc(search.overlap + CHUNK_BYTES)

test('no response, page, log line or metric of the suite contains a secret', (context) => {
  const leaks: string[] = []
  let bytes = 0
  for (const { where, text } of readWritten(folder)) {
    const written = Buffer.from(text)
    bytes += written.length
    for (const secret of search.find(written)) leaks.push(`${where} contains “${secret}”`)
  }
  context.diagnostic(`${secrets.size} secrets were looked for in ${bytes} bytes`)
  assert.deepEqual(leaks, [])
})

test('no file of PostgreSQL contains a secret of the suite, including its write-ahead log', (context) => {
  const leaks: string[] = []
  let bytes = 0
  for (const file of globSync('**/*', { cwd: files, withFileTypes: true })) {
    if (!file.isFile()) continue
    const { size, found } = searchFile(join(file.parentPath, file.name))
    bytes += size
    for (const secret of found) leaks.push(`${file.name} contains “${secret}”`)
  }
  context.diagnostic(`${secrets.size} secrets were looked for in ${bytes} bytes`)
  assert.deepEqual(leaks, [])
})

/** Read at once: a stream for each of thousands of small files takes longer than the search. */
function searchFile(path: string): { size: number; found: Set<string> } {
  const found = new Set<string>()
  let size = 0
  try {
    const file = openSync(path, 'r')
    try {
      let kept = 0
      for (let read = 1; read > 0; size += read) {
        read = readSync(file, buffer, kept, CHUNK_BYTES, null)
        const piece = buffer.subarray(0, kept + read)
        for (const secret of search.find(piece)) found.add(secret)
        kept = Math.min(search.overlap, piece.length)
        buffer.copyWithin(0, piece.length - kept, piece.length)
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    // The server is running, and removes what it no longer needs.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return { size, found }
}

test('the search for secrets finds them anywhere in a text', () => {
  const { find } = searchFor(['a-secret-of-mine', 'another-of-mine'])
  assert.deepEqual(find(Buffer.from('it is "a-secret-of-mine"')), ['a-secret-of-mine'])
  assert.deepEqual(find(Buffer.from('another-of-mine, a-secret-of-mine')).sort(), [
    'a-secret-of-mine',
    'another-of-mine',
  ])
  assert.deepEqual(find(Buffer.from('a-secret-of-min, another-of-mind')), [])
})
