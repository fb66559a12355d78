import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { promisify } from 'node:util'
import { withFailedDelivery } from './harness/failed-delivery.ts'
import { findTool } from './harness/test-tools.ts'
import { LONG } from './harness/until.ts'

const run = promisify(execFile)
const SCHEMATHESIS = findTool('st')
const MISSING = 'there is no schemathesis (PyPI): see .ci/run'

/** What is asserted of each response: no fault, and a status, headers and a body that the document promises. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
]
/** Each bound alone keeps the test within a minute or two. */
const BOUNDS = [
  '--max-examples=3',
  '--max-time=90',
  '--request-timeout=20',
  '--seed=1',
  '--phases=coverage,fuzzing',
]

interface Operation {
  responses: Record<string, { content?: unknown }>
}

/** OpenAPI cannot say that a body is there only with `Prefer: return=representation`. */
function promiseNoBodyOfWrites(paths: Record<string, Record<string, Operation>>): void {
  for (const [path, operations] of Object.entries(paths)) {
    if (path.startsWith('/rpc/')) continue
    for (const method of ['post', 'put'])
      for (const status of ['200', '201']) delete operations[method]?.responses[status]?.content
  }
}

suite('the OpenAPI document, tried by schemathesis', LONG, () => {
  const skip = SCHEMATHESIS === undefined && MISSING

  test(
    'no generated request gets a fault, or a response that the document does not promise',
    { skip },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'connectgain-schemathesis-'))
      const unlimited = { API_RATE_LIMIT: '0' }
      try {
        await withFailedDelivery(async ({ server, document, environment: { KEY } }) => {
          promiseNoBodyOfWrites(document['paths'] as Record<string, Record<string, Operation>>)
          const file = join(folder, 'openapi.json')
          writeFileSync(file, JSON.stringify(document))
          const target = ['--url', `${server.url}/rest/v1`, '--header', `apikey: ${KEY}`]
          const outcome = await run(
            SCHEMATHESIS!,
            ['run', file, ...target, ...BOUNDS, '--checks', CHECKS.join(','), '--mode=all', '--no-color'],
            { cwd: folder, maxBuffer: 2 ** 26 },
          ).catch((error: { stdout: string }) => error)
          assert.match(outcome.stdout, /No issues found|Test cases:\s*\d+ generated, \d+ passed/)
          assert.doesNotMatch(outcome.stdout, /Failures:|Errors:/, outcome.stdout)
        }, unlimited)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )
})
