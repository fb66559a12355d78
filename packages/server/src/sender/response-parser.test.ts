import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { InvalidAnswer, ResponseParser } from './response-parser.ts'

interface Read {
  statusCode: number | undefined
  headers: Record<string, string>
  body: string
  isDone: boolean
  isReusable: boolean
}

/** Feeds an answer in the given pieces; `closes` ends the connection after them. */
function read(pieces: readonly Buffer[], closes = false): Read {
  const body: Buffer[] = []
  const parser = new ResponseParser((chunk) => void body.push(Buffer.from(chunk)))
  for (const piece of pieces) parser.feed(piece)
  if (closes) parser.end()
  return {
    statusCode: parser.head?.statusCode,
    headers: { ...parser.head?.headers },
    body: Buffer.concat(body).toString('latin1'),
    isDone: parser.isDone,
    isReusable: parser.isReusable,
  }
}

const readText = (text: string, closes = false): Read => read([Buffer.from(text, 'latin1')], closes)
const refuses = (text: string, message: RegExp): void => {
  assert.throws(
    () => readText(text),
    (error) => error instanceof InvalidAnswer && message.test(error.message),
  )
}

const OK = 'HTTP/1.1 200 OK\r\n'

suite('an answer', () => {
  test('of a stated length is over after it, and the connection can be used again', () => {
    const answer = readText(`${OK}Content-Length: 5\r\nX-A: 1\r\nx-a:  2 \r\n\r\nhello`)
    assert.deepEqual(
      [answer.statusCode, answer.headers, answer.body, answer.isReusable],
      [200, { 'content-length': '5', 'x-a': '1, 2' }, 'hello', true],
    )
  })

  test('in chunks is put together, extensions and trailers left out', () => {
    const answer = readText(
      `${OK}Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n`,
    )
    assert.deepEqual([answer.body, answer.isReusable], ['abc0123456789', true])
  })

  test('without a length ends with the connection', () => {
    assert.equal(readText(`${OK}\r\nhello`).isDone, false)
    const closed = readText(`${OK}\r\nhello`, true)
    assert.deepEqual([closed.body, closed.isDone, closed.isReusable], ['hello', true, false])
  })

  test('that was announced is the one after the announcements', () => {
    const answer = readText(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${OK}content-length: 0\r\n\r\n`,
    )
    assert.deepEqual([answer.statusCode, answer.headers], [200, { 'content-length': '0' }])
  })

  for (const status of ['204 No Content', '304 Not Modified']) {
    test(`with ${status} has no body, whatever length it states`, () => {
      assert.equal(readText(`HTTP/1.1 ${status}\r\ncontent-length: 5\r\n\r\n`).isReusable, true)
    })
  }

  test('leaves a connection alone that is to be closed, or that something came on after it', () => {
    assert.equal(readText(`${OK}content-length: 0\r\nconnection: Close\r\n\r\n`).isReusable, false)
    assert.equal(readText('HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n').isReusable, false)
    assert.equal(
      readText('HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n').isReusable,
      true,
    )
    assert.equal(readText(`${OK}content-length: 0\r\n\r\nHTTP/1.1`).isReusable, false)
  })

  test('that is broken off is not over', () => {
    assert.equal(readText(`${OK}content-length: 5\r\n\r\nhell`, true).isDone, false)
    assert.equal(readText(`${OK}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`, true).isDone, false)
  })

  test('may carry a header that is called like a property of every object', () => {
    const parser = new ResponseParser(() => {})
    parser.feed(Buffer.from(`${OK}__proto__: x\r\ncontent-length: 0\r\n\r\n`))
    assert.equal(JSON.stringify(parser.head?.headers), '{"__proto__":"x","content-length":"0"}')
  })
})

suite('an answer is refused', () => {
  test('that is not HTTP/1.1', () => {
    refuses('SSH-2.0-OpenSSH_9.2\r\n', /does not start with/)
    refuses('HTTP/2 200\r\n\r\n', /does not start with/)
    refuses('HTTP/1.1 20 OK\r\n\r\n', /does not start with/)
  })
  test('with headers that are too large, whole or endless', () => {
    refuses(`${OK}a: ${'x'.repeat(20_000)}\r\n\r\n`, /larger than 16 KiB/)
    refuses(`${OK}${'a: b\r\n'.repeat(10_000)}`, /larger than 16 KiB/)
  })
  test('with a header without a name, or one that goes on in the next line', () => {
    refuses(`${OK}: x\r\n\r\n`, /no valid name/)
    refuses(`${OK}a: b\r\n c\r\n\r\n`, /no valid name/)
  })
  test('whose length can be read in two ways', () => {
    refuses(`${OK}content-length: 5\r\ncontent-length: 6\r\n\r\n`, /no valid length/)
    refuses(`${OK}content-length: -1\r\n\r\n`, /no valid length/)
    refuses(`${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`, /its length twice/)
  })
  test('whose chunks are malformed', () => {
    refuses(`${OK}transfer-encoding: chunked\r\n\r\nxyz\r\n`, /begin with its size/)
    refuses(`${OK}transfer-encoding: chunked\r\n\r\n2\r\nabcd\r\n`, /longer than its size/)
    refuses(`${OK}transfer-encoding: chunked\r\n\r\n${'1'.repeat(2_000)}`, /header is too long/)
  })
  test('that changes the protocol, or is only ever announced', () => {
    refuses('HTTP/1.1 101 Switching Protocols\r\n\r\n', /switches the protocol/)
    refuses('HTTP/1.1 100 Continue\r\n\r\n'.repeat(11), /sent more than/)
  })
})

test('it does not matter how the bytes of an answer are cut', () => {
  const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
  const answers = fc.oneof(
    body.map((text) => `${OK}content-length: ${text.length}\r\n\r\n${text}`),
    fc
      .array(body, { maxLength: 5 })
      .map((parts) =>
        parts.filter((part) => part !== '').map((part) => `${part.length.toString(16)}\r\n${part}\r\n`),
      )
      .map(
        (chunks) =>
          `HTTP/1.1 100 Continue\r\n\r\n${OK}transfer-encoding: chunked\r\n\r\n${chunks.join('')}0\r\n\r\n`,
      ),
  )
  fc.assert(
    fc.property(answers, fc.array(fc.nat(400), { maxLength: 8 }), (answer, cuts) => {
      const bytes = Buffer.from(answer, 'latin1')
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
      const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
      assert.deepEqual(read(pieces), read([bytes]))
      assert.equal(read(pieces).isReusable, true)
    }),
  )
})
