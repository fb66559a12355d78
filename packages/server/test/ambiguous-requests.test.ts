import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import { openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'

suite('a request that two programs could read in two ways is refused with 400', () => {
  let api: InProcessApi
  let port: number
  before(async () => {
    api = await openApi(ANY_ENGINE)
    port = Number(new URL(await api.listen()).port)
  })
  after(() => api.close())

  /** The first line of what a request is answered with. */
  const ask = async (...lines: string[]): Promise<string> =>
    await new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(lines.join('\r\n')))
      socket.setEncoding('utf8').once('data', (text: string) => {
        resolve(text.split('\r\n')[0] ?? '')
        socket.destroy()
      })
      socket.once('error', reject)
    })

  const refused: Record<string, string[]> = {
    'two Host headers': ['GET /health/live HTTP/1.1', 'Host: a', 'Host: b', '', ''],
    'the same Host twice': ['GET /health/live HTTP/1.1', 'Host: a', 'host: a', '', ''],
    'a list of hosts': ['GET /health/live HTTP/1.1', 'Host: a, b', '', ''],
    'no Host': ['GET /health/live HTTP/1.1', '', ''],
    'two lengths': [
      'POST /rest/v1/contacts HTTP/1.1',
      'Host: a',
      'Content-Length: 1',
      'Content-Length: 1',
      '',
      'x',
    ],
    'a length and chunks': [
      'POST /rest/v1/contacts HTTP/1.1',
      'Host: a',
      'Transfer-Encoding: chunked',
      'Content-Length: 5',
      '',
      '0',
      '',
      '',
    ],
    'a transfer coding that is not undone': [
      'POST /rest/v1/contacts HTTP/1.1',
      'Host: a',
      'Transfer-Encoding: gzip',
      'Transfer-Encoding: chunked',
      '',
      '0',
      '',
      '',
    ],
    'chunks that are not the last coding': [
      'POST /rest/v1/contacts HTTP/1.1',
      'Host: a',
      'Transfer-Encoding: chunked, gzip',
      '',
      '0',
      '',
      '',
    ],
    'a header over two lines': ['GET /health/live HTTP/1.1', 'Host: a', 'X-A: b', ' c', '', ''],
    'a blank before the colon': ['GET /health/live HTTP/1.1', 'Host: a', 'X-A : b', '', ''],
  }
  for (const [what, lines] of Object.entries(refused)) {
    test(what, async () => assert.equal(await ask(...lines), 'HTTP/1.1 400 Bad Request'))
  }

  test('but not an ordinary one', async () => {
    assert.equal(await ask('GET /health/live HTTP/1.1', 'Host: a', '', ''), 'HTTP/1.1 200 OK')
  })

  test('a body that is too large is told the limit of its address', async () => {
    const body = 'x'.repeat(5 * 1024 * 1024)
    const large = async (path: string): Promise<string> => (await api.inject('POST', path, { body })).body
    assert.match(await large('/sources/zoom/0190a000-0000-7000-8000-000000000001'), /larger than 4 MiB/)
    assert.match(await large('/receive/0190a000-0000-7000-8000-000000000001'), /larger than 1 MiB/)
  })
})
