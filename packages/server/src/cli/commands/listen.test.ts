import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { text as readText } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { listenCommand, startListener } from './listen.ts'
import type { ListenerOptions, ReceivedRequest } from './listen-types.ts'

const secret = 'a-secret-of-the-test'
const body = '{"event":"deal.created","timestamp":"2025-01-15T10:30:00Z","data":{"title":"Zoë 👋"}}'

async function start(t: TestContext, options: Partial<ListenerOptions> = {}) {
  const prints: string[] = []
  const printedFirst = Promise.withResolvers<void>()
  const write = (print: string): void => {
    // The first output says where it listens.
    if (prints.push(print) === 2) printedFirst.resolve()
  }
  const listener = await startListener({ port: 0, ...options, write })
  t.after(() => listener.close())
  const printed = (): string => prints.slice(1).join('')
  return { listener, url: listener.url, printed, printedFirst: printedFirst.promise }
}

const parseLine = (line: string): ReceivedRequest => JSON.parse(line)

function sign(payload: string, key = secret): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const mac = createHmac('sha256', key).update(`evt_1.${timestamp}.${payload}`).digest('base64')
  return {
    'x-webhook-event': 'deal.created',
    'x-webhook-id': 'evt_1',
    'x-webhook-delivery': 'dlv_1',
    'x-webhook-attempt': '2',
    'webhook-id': 'evt_1',
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac}`,
  }
}

async function post(url: string, headers: Record<string, string>, payload = body): Promise<[number, string]> {
  const response = await fetch(url, { method: 'POST', headers, body: payload })
  return [response.status, await response.text()]
}

async function runCommand(t: TestContext, args: string[], env: Record<string, string> = {}) {
  const script = `
    import { listenCommand } from ${JSON.stringify(new URL('listen.ts', import.meta.url).href)}
    await listenCommand().parseAsync(process.argv.slice(1), { from: 'user' })`
  const { WEBHOOK_SECRET: _, ...inherited } = process.env
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...args], {
    env: { ...inherited, ...env },
  })
  t.after(() => child.kill('SIGKILL'))
  const stderr = readText(child.stderr)
  const exit = once(child, 'exit').then(([code]: unknown[]) => code)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async (): Promise<string> => String((await lines.next()).value)
  return { child, stderr, exit, nextLine }
}

test('listen responds 200 to a correctly signed request and prints it as verified', async (t) => {
  const { url, printed } = await start(t, { secrets: [secret] })
  assert.deepEqual(await post(`${url}/hooks/deals?x=1`, sign(body)), [200, 'Received\n'])
  const [title = '', ids, signature, ...rest] = printed().split('\n')
  assert.match(title, /^\d\d:\d\d:\d\d {2}POST \/hooks\/deals\?x=1 {2}deal\.created {2}attempt 2 {2}→ 200$/)
  assert.equal(ids, '  id evt_1  delivery dlv_1')
  assert.equal(signature, '  signature verified')
  assert.equal(rest.join('\n').replaceAll('\n    ', '\n').trim(), JSON.stringify(JSON.parse(body), null, 2))
})

test('listen responds 401 to a request signed with another secret, and prints the reason', async (t) => {
  const { url, printed } = await start(t, { secrets: [secret] })
  const [status, answer] = await post(url, sign(body, 'another-secret'))
  assert.equal(status, 401)
  assert.match(answer, /No signature matches/)
  assert.match(printed(), /→ 401\n.*\n {2}signature NOT verified: No signature matches/)
  assert.ok(!answer.includes(secret) && !printed().includes(secret))
})

test('listen responds 401 to an unsigned request if a secret is given', async (t) => {
  const { url } = await start(t, { secrets: [secret] })
  const [status, answer] = await post(url, {})
  assert.equal(status, 401)
  assert.match(answer, /X-Webhook-Signature is missing/)
})

test('listen without a secret prints a signed request as not verified and an unsigned one as not signed', async (t) => {
  const signed = await start(t)
  assert.equal((await post(signed.url, sign(body)))[0], 200)
  assert.match(signed.printed(), /^ {2}not verified, no secret provided$/m)
  const unsigned = await start(t)
  assert.equal((await post(unsigned.url, {}))[0], 200)
  assert.match(unsigned.printed(), /^ {2}not signed$/m)
})

test('listen takes a correctly signed body of any shape, but responds 400 if it is not JSON', async (t) => {
  const { url, printed } = await start(t, { secrets: [secret] })
  assert.equal((await post(url, sign('[]'), '[]'))[0], 200)
  const [status, answer] = await post(url, sign('['), '[')
  assert.equal(status, 400)
  assert.match(answer, /^The signature is right, but the body/)
  assert.ok(!printed().includes('NOT verified'))
})

test('listen responds with the chosen status', async (t) => {
  const { url } = await start(t, { status: 410 })
  assert.equal((await post(url, {}))[0], 410)
})

test('failFirst fails the first requests and does not count refused ones', async (t) => {
  const { url } = await start(t, { secrets: [secret], failFirst: 2, status: 202 })
  const statuses: number[] = []
  for (const headers of [sign(body), {}, sign(body), sign(body), sign(body)]) {
    statuses.push((await post(url, headers))[0])
  }
  assert.deepEqual(statuses, [500, 401, 500, 202, 202])
})

test('listen responds after the delay', async (t) => {
  const { url } = await start(t, { delay: 60 })
  const before = performance.now()
  await post(url, {})
  assert.ok(performance.now() - before >= 59)
})

test('closing the listener drops requests that wait for a response or are incomplete', async (t) => {
  const { listener, url, printedFirst } = await start(t, { delay: 3_600_000 })
  const half = connect(Number(new URL(url).port), '127.0.0.1')
  half.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
  const halfClosed = new Promise((resolve) => half.on('error', () => {}).once('close', resolve))
  const answer = assert.rejects(post(url, {}))
  await printedFirst
  await listener.close()
  await Promise.all([answer, halfClosed])
})

test('listen accepts a body of 1 MiB and responds 413 to one byte more', async (t) => {
  const { url } = await start(t)
  assert.equal((await post(url, {}, 'x'.repeat(1024 * 1024)))[0], 200)
  const [status, answer] = await post(url, {}, 'x'.repeat(1024 * 1024 + 1))
  assert.equal(status, 413)
  assert.match(answer, /larger than 1 MiB/)
})

test('listen responds 413 to an endless body while it is still being sent', async (t) => {
  const { url } = await start(t)
  const request = httpRequest(url, { method: 'POST' })
  request.on('error', () => {})
  t.after(() => request.destroy())
  const send = (): void =>
    void (request.write(Buffer.alloc(65_536)) ? setImmediate(send) : request.once('drain', send))
  send()
  const response: IncomingMessage = (await once(request, 'response'))[0]
  assert.equal(response.statusCode, 413)
})

test('listen reports a sender that disconnects before the body is complete', async (t) => {
  const { url, printed, printedFirst } = await start(t, { json: true })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('POST /left HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf', () => socket.destroy())
  await printedFirst
  assert.equal(parseLine(printed()).path, '/left')
  assert.match(parseLine(printed()).error ?? '', /closed the connection before the body was complete/)
})

test('listen with json prints each request as one line of JSON', async (t) => {
  const { url, printed } = await start(t, { json: true, secrets: [secret] })
  await post(`${url}/deals`, sign(body))
  assert.match(printed(), /^[^\n]+\n$/)
  const { received_at, headers, body: parsed, ...rest } = parseLine(printed())
  assert.ok(Math.abs(Date.now() - Date.parse(received_at)) < 60_000)
  assert.equal(headers['x-webhook-delivery'], 'dlv_1')
  assert.deepEqual(parsed, JSON.parse(body))
  const parts = { method: 'POST', path: '/deals', event: 'deal.created', id: 'evt_1', delivery: 'dlv_1' }
  assert.deepEqual(rest, { ...parts, attempt: 2, verified: true, error: null })
})

test('listen with json prints verified as false with the reason, or null if no secret is given', async (t) => {
  const checked = await start(t, { json: true, secrets: [secret] })
  await post(checked.url, sign(body, 'another-secret'))
  const refused = parseLine(checked.printed())
  assert.equal(refused.verified, false)
  assert.match(refused.error ?? '', /No signature matches/)
  const unchecked = await start(t, { json: true })
  await post(unchecked.url, { 'webhook-id': 'evt_7' }, 'no JSON')
  const taken = parseLine(unchecked.printed())
  assert.deepEqual([taken.verified, taken.error, taken.body, taken.id], [null, null, 'no JSON', 'evt_7'])
})

// An escape, a C1 control sequence introducer, an override of the text direction, a carriage return.
const hostile = '\u001b]0;owned\u0007 \u009b2J \u202egnp.exe \r'

for (const json of [false, true]) {
  for (const [kind, payload] of Object.entries({ text: hostile, JSON: JSON.stringify({ text: hostile }) })) {
    test(`listen escapes the control characters of a ${kind} body (json: ${json})`, async (t) => {
      const { url, printed } = await start(t, { json })
      await post(url, { 'x-webhook-event': '\u009b31m', 'x-webhook-id': '\u009b32m' }, payload)
      assert.match(printed(), /owned.*2J.*gnp\.exe/)
      assert.match(printed(), /\\u009b31m/)
      assert.doesNotMatch(printed().replaceAll('\n', ''), /[\p{Cc}\u202e]/u)
    })
  }
}

test('a body that listen prints as JSON parses back to the original', async (t) => {
  const { url, printed } = await start(t, { json: true })
  await post(url, {}, JSON.stringify({ text: hostile }))
  assert.deepEqual(parseLine(printed()).body, { text: hostile })
})

test('a text body cannot imitate the output of listen', async (t) => {
  const { url, printed } = await start(t)
  await post(url, {}, 'x\n  signature verified\r  signature verified')
  assert.doesNotMatch(printed(), /^ {2}signature verified/m)
})

test('listen truncates a long text body', async (t) => {
  const { url, printed } = await start(t)
  await post(url, {}, 'x'.repeat(500_000))
  assert.ok(printed().length < 30_000)
  assert.match(printed(), /… 480000 more characters/)
})

test('listen prints JSON that is nested too deeply to serialize as text', async (t) => {
  for (const json of [false, true]) {
    const { url, printed } = await start(t, { json })
    assert.equal((await post(url, {}, '['.repeat(200_000) + ']'.repeat(200_000)))[0], 200)
    assert.match(printed(), /\[{10000}/)
  }
})

test('listen prints colours only if they are enabled', async (t) => {
  const plain = await start(t, { secrets: [secret] })
  await post(plain.url, sign(body))
  const coloured = await start(t, { secrets: [secret], colours: true })
  await post(coloured.url, sign(body))
  assert.ok(!plain.printed().includes('\u001b'))
  assert.ok(coloured.printed().includes('\u001b[32msignature verified\u001b[39m'))
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`the listen command verifies with WEBHOOK_SECRET and exits with 0 on ${signal}`, async (t) => {
    const { child, stderr, exit, nextLine } = await runCommand(t, ['--port', '0'], { WEBHOOK_SECRET: secret })
    const [, url = ''] = /^Listening on (http:\S+) {2}\(Ctrl\+C stops\)$/.exec(await nextLine()) ?? []
    assert.deepEqual(await post(url, sign(body)), [200, 'Received\n'])
    assert.match(
      [await nextLine(), await nextLine(), await nextLine()].join(),
      /created.*signature verified$/,
    )
    child.kill(signal)
    assert.equal(await exit, 0)
    assert.equal(await stderr, '')
  })
}

test('the listen command accepts several secrets together with its other options, and prints only JSON', async (t) => {
  const args = ['--port', '0', '--json', '--status', '201', '--fail-first', '1', '--delay', '1']
  const { nextLine } = await runCommand(t, [...args, '--secret', 'new-secret', '--secret', secret], {
    WEBHOOK_SECRET: 'not used',
  })
  const { listening }: { listening: string } = JSON.parse(await nextLine())
  assert.equal((await post(listening, sign(body)))[0], 500)
  assert.equal((await post(listening, sign(body, 'new-secret')))[0], 201)
  assert.equal(parseLine(await nextLine()).verified, true)
})

test('the listen command exits with 1 and a one-line error if the port is in use', async (t) => {
  const { port } = new URL((await start(t)).url)
  const { stderr, exit } = await runCommand(t, ['--port', port])
  assert.equal(await exit, 1)
  assert.match(await stderr, /^error: cannot listen on port \d+ of 127\.0\.0\.1: it is in use\..*\n$/)
})

for (const [args, complaint] of [
  [['--port', 'http'], /^error: option '--port <n>' argument 'http' is invalid\. .* from 0 to 65535\.\n$/],
  [['--port', '65536'], /from 0 to 65535/],
  [['--status', '100'], /^error: option '--status <code>'.* from 200 to 599\.\n$/],
  [['--delay', '-1'], /^error: .*--delay/],
  [['--secret', ''], /must not be empty/],
  [['--colour'], /^error: unknown option '--colour'/],
  [['4700'], /^error: too many arguments/],
] as const) {
  test(`the listen command exits with 2 for the invalid arguments "${args.join(' ')}"`, async (t) => {
    const { stderr, exit } = await runCommand(t, [...args])
    assert.equal(await exit, 2)
    assert.match(await stderr, complaint)
  })
}

test('the listen command with --help exits with 0 and lists every option', async (t) => {
  assert.equal(await (await runCommand(t, ['--help'])).exit, 0)
  const help = listenCommand().helpInformation()
  const named = [...help.matchAll(/--([a-z-]+)/g)].map(([, name]) => name)
  assert.equal(named.join(' '), 'port host secret status delay fail-first forward json help')
})
