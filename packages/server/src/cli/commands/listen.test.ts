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

test('a rightly signed request is answered 200 and printed as verified with its parts', async (t) => {
  const { url, printed } = await start(t, { secrets: [secret] })
  assert.deepEqual(await post(`${url}/hooks/deals?x=1`, sign(body)), [200, 'Received\n'])
  const [title = '', ids, signature, ...rest] = printed().split('\n')
  assert.match(title, /^\d\d:\d\d:\d\d {2}POST \/hooks\/deals\?x=1 {2}deal\.created {2}attempt 2 {2}→ 200$/)
  assert.equal(ids, '  id evt_1  delivery dlv_1')
  assert.equal(signature, '  signature verified')
  assert.equal(rest.join('\n').replaceAll('\n    ', '\n').trim(), JSON.stringify(JSON.parse(body), null, 2))
})

test('a request that another secret signed is answered 401 with the reason, which is printed too', async (t) => {
  const { url, printed } = await start(t, { secrets: [secret] })
  const [status, answer] = await post(url, sign(body, 'another-secret'))
  assert.equal(status, 401)
  assert.match(answer, /No signature matches/)
  assert.match(printed(), /→ 401\n.*\n {2}signature NOT verified: No signature matches/)
  assert.ok(!answer.includes(secret) && !printed().includes(secret))
})

test('an unsigned request is answered 401 when a secret is given', async (t) => {
  const { url } = await start(t, { secrets: [secret] })
  const [status, answer] = await post(url, {})
  assert.equal(status, 401)
  assert.match(answer, /X-Webhook-Signature is missing/)
})

test('without a secret a signed request is printed as not verified, an unsigned one as not signed', async (t) => {
  const signed = await start(t)
  assert.equal((await post(signed.url, sign(body)))[0], 200)
  assert.match(signed.printed(), /^ {2}not verified, no secret provided$/m)
  const unsigned = await start(t)
  assert.equal((await post(unsigned.url, {}))[0], 200)
  assert.match(unsigned.printed(), /^ {2}not signed$/m)
})

test('a rightly signed body that is no webhook is answered 400', async (t) => {
  const { url, printed } = await start(t, { secrets: [secret] })
  const [status, answer] = await post(url, sign('[]'), '[]')
  assert.equal(status, 400)
  assert.match(answer, /^The signature is right, but the body/)
  assert.ok(!printed().includes('NOT verified'))
})

test('the chosen status is answered', async (t) => {
  const { url } = await start(t, { status: 410 })
  assert.equal((await post(url, {}))[0], 410)
})

test('the first requests fail when asked to, and a refused one does not count', async (t) => {
  const { url } = await start(t, { secrets: [secret], failFirst: 2, status: 202 })
  const statuses: number[] = []
  for (const headers of [sign(body), {}, sign(body), sign(body), sign(body)]) {
    statuses.push((await post(url, headers))[0])
  }
  assert.deepEqual(statuses, [500, 401, 500, 202, 202])
})

test('an answer is put off by the delay', async (t) => {
  const { url } = await start(t, { delay: 60 })
  const before = performance.now()
  await post(url, {})
  assert.ok(performance.now() - before >= 59)
})

test('closing drops a request that waits for its answer, and one that is half sent', async (t) => {
  const { listener, url, printedFirst } = await start(t, { delay: 3_600_000 })
  const half = connect(Number(new URL(url).port), '127.0.0.1')
  half.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
  const halfClosed = new Promise((resolve) => half.on('error', () => {}).once('close', resolve))
  const answer = assert.rejects(post(url, {}))
  await printedFirst
  await listener.close()
  await Promise.all([answer, halfClosed])
})

test('a body of 1 MiB is taken, one byte more is answered 413', async (t) => {
  const { url } = await start(t)
  assert.equal((await post(url, {}, 'x'.repeat(1024 * 1024)))[0], 200)
  const [status, answer] = await post(url, {}, 'x'.repeat(1024 * 1024 + 1))
  assert.equal(status, 413)
  assert.match(answer, /larger than 1 MiB/)
})

test('an endless body is answered 413 while it is still being sent', async (t) => {
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

test('a sender that leaves within the body is reported', async (t) => {
  const { url, printed, printedFirst } = await start(t, { json: true })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('POST /left HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf', () => socket.destroy())
  await printedFirst
  assert.equal(parseLine(printed()).path, '/left')
  assert.match(parseLine(printed()).error ?? '', /closed the connection before the body was complete/)
})

test('with json a request is one line with everything in it', async (t) => {
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

test('with json an unverified request has verified false and the reason, an unchecked one null', async (t) => {
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
    test(`no control character of a ${kind} body gets into the output (json: ${json})`, async (t) => {
      const { url, printed } = await start(t, { json })
      await post(url, { 'x-webhook-event': '\u009b31m', 'x-webhook-id': '\u009b32m' }, payload)
      assert.match(printed(), /owned.*2J.*gnp\.exe/)
      assert.match(printed(), /\\u009b31m/)
      assert.doesNotMatch(printed().replaceAll('\n', ''), /[\p{Cc}\u202e]/u)
    })
  }
}

test('with json, escaping changes nothing of what was sent', async (t) => {
  const { url, printed } = await start(t, { json: true })
  await post(url, {}, JSON.stringify({ text: hostile }))
  assert.deepEqual(parseLine(printed()).body, { text: hostile })
})

test('a text body cannot pass for a line of the listener', async (t) => {
  const { url, printed } = await start(t)
  await post(url, {}, 'x\n  signature verified\r  signature verified')
  assert.doesNotMatch(printed(), /^ {2}signature verified/m)
})

test('a long text body is printed in part', async (t) => {
  const { url, printed } = await start(t)
  await post(url, {}, 'x'.repeat(500_000))
  assert.ok(printed().length < 30_000)
  assert.match(printed(), /… 480000 more characters/)
})

test('JSON nested too deeply to be written again is printed as text', async (t) => {
  for (const json of [false, true]) {
    const { url, printed } = await start(t, { json })
    assert.equal((await post(url, {}, '['.repeat(200_000) + ']'.repeat(200_000)))[0], 200)
    assert.match(printed(), /\[{10000}/)
  }
})

test('colours are printed only when asked for', async (t) => {
  const plain = await start(t, { secrets: [secret] })
  await post(plain.url, sign(body))
  const coloured = await start(t, { secrets: [secret], colours: true })
  await post(coloured.url, sign(body))
  assert.ok(!plain.printed().includes('\u001b'))
  assert.ok(coloured.printed().includes('\u001b[32msignature verified\u001b[39m'))
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`the command listens, verifies with WEBHOOK_SECRET and leaves with 0 on ${signal}`, async (t) => {
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

test('the command takes several secrets and the other options, and prints JSON alone', async (t) => {
  const args = ['--port', '0', '--json', '--status', '201', '--fail-first', '1', '--delay', '1']
  const { nextLine } = await runCommand(t, [...args, '--secret', 'new-secret', '--secret', secret], {
    WEBHOOK_SECRET: 'not used',
  })
  const { listening }: { listening: string } = JSON.parse(await nextLine())
  assert.equal((await post(listening, sign(body)))[0], 500)
  assert.equal((await post(listening, sign(body, 'new-secret')))[0], 201)
  assert.equal(parseLine(await nextLine()).verified, true)
})

test('a port in use is one clear line and exit code 1', async (t) => {
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
  test(`"${args.join(' ')}" is a wrong use: exit code 2`, async (t) => {
    const { stderr, exit } = await runCommand(t, [...args])
    assert.equal(await exit, 2)
    assert.match(await stderr, complaint)
  })
}

test('--help exits with 0 and names every option', async (t) => {
  assert.equal(await (await runCommand(t, ['--help'])).exit, 0)
  const help = listenCommand().helpInformation()
  const named = [...help.matchAll(/--([a-z-]+)/g)].map(([, name]) => name)
  assert.equal(named.join(' '), 'port host secret status delay fail-first forward json help')
})
