import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import { openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'

suite('ambiguous requests', () => {
  let api: InProcessApi
  let port: number
  before(async () => {
    api = await openApi(ANY_ENGINE)
    port = Number(new URL(await api.listen()).port)
  })
  after(() => api.close())

  /** The status line of the response to a request. */
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
    'the same Host header twice': ['GET /health/live HTTP/1.1', 'Host: a', 'host: a', '', ''],
    'a list in its Host header': ['GET /health/live HTTP/1.1', 'Host: a, b', '', ''],
    'no Host header': ['GET /health/live HTTP/1.1', '', ''],
    'two Content-Length headers': [
      'POST /rest/v1/contacts HTTP/1.1',
      'Host: a',
      'Content-Length: 1',
      'Content-Length: 1',
      '',
      'x',
    ],
    'a Content-Length and chunks': [
      'POST /rest/v1/contacts HTTP/1.1',
      'Host: a',
      'Transfer-Encoding: chunked',
      'Content-Length: 5',
      '',
      '0',
      '',
      '',
    ],
    'an unsupported transfer coding': [
      'POST /rest/v1/contacts HTTP/1.1',
      'Host: a',
      'Transfer-Encoding: gzip',
      'Transfer-Encoding: chunked',
      '',
      '0',
      '',
      '',
    ],
    'a transfer coding after chunked': [
      'POST /rest/v1/contacts HTTP/1.1',
      'Host: a',
      'Transfer-Encoding: chunked, gzip',
      '',
      '0',
      '',
      '',
    ],
    'a header that continues on a second line': [
      'GET /health/live HTTP/1.1',
      'Host: a',
      'X-A: b',
      ' c',
      '',
      '',
    ],
    'a space before the colon of a header': ['GET /health/live HTTP/1.1', 'Host: a', 'X-A : b', '', ''],
  }
  for (const [what, lines] of Object.entries(refused)) {
    test(`a request with ${what} is refused with 400`, async () =>
      assert.equal(await ask(...lines), 'HTTP/1.1 400 Bad Request'))
  }

  test('an unambiguous request is accepted', async () => {
    assert.equal(await ask('GET /health/live HTTP/1.1', 'Host: a', '', ''), 'HTTP/1.1 200 OK')
  })

  test('the error for an oversized body names the limit of its path', async () => {
    const body = 'x'.repeat(5 * 1024 * 1024)
    const large = async (path: string): Promise<string> => (await api.inject('POST', path, { body })).body
    assert.match(await large('/sources/zoom/0190a000-0000-7000-8000-000000000001'), /larger than 4 MiB/)
    assert.match(await large('/receive/0190a000-0000-7000-8000-000000000001'), /larger than 1 MiB/)
  })
})
