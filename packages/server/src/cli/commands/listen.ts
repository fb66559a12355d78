import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { verifyJson, WebhookVerificationError } from '@connectgain/webhooks-receiver'
import { Command, InvalidArgumentError } from 'commander'
import { messageOf, StartError } from '../../domain/errors.ts'
import { httpUrl, wholeNumber } from '../client/parse.ts'
import { FAILED, exitByKind } from '../exit-codes.ts'
import { escapeControls, toJsonLine, toReadableText } from './listen-print.ts'
import type { ListenerOptions, ReceivedRequest } from './listen-types.ts'
import { forwardTo } from './listen-forward.ts'

const bodyLimit = 1024 * 1024
const tooLarge = 'The body is larger than 1 MiB.'

/** The bytes, or why there are none. */
type Body = Buffer | string
type Secrets = readonly string[]
type Verdict = Pick<ReceivedRequest, 'verified' | 'error'>

export interface Listener {
  url: string
  /** Aborts requests that wait for their response. */
  close(): Promise<void>
}

/**
 * Prints and answers every request: 413 for a body over 1 MiB, 401 for one that cannot be verified, 400 for one that is
 * verified but not a webhook, then `failFirst` times 500, then `status`.
 *
 * @throws {StartError} if the address cannot be used
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { port, host = '127.0.0.1', json = false, write = (text) => process.stdout.write(text) } = options
  const closing = new AbortController()
  const chooseAnswer = createAnswers(options)

  async function answerOrForward(
    received: ReceivedRequest,
    body: Body,
  ): Promise<[status: number, text: string]> {
    const chosen = chooseAnswer(received)
    const isGood = received.error === null && typeof body !== 'string' && chosen[0] < 500
    if (options.forward === undefined || !isGood) return chosen
    return await forwardTo(options.forward, received, body, options.forwardTimeout)
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const received = await toReceivedRequest(request, body, options.secrets ?? [])
    const [status, reason] = await answerOrForward(received, body)
    const text = typeof body === 'string' ? '' : body.toString()
    write(json ? toJsonLine(received, text) : toReadableText(received, text, status, options))
    await wait(options.delay ?? 0, undefined, { signal: closing.signal })
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`)
  }

  const server = createServer((request, response) => {
    receive(request, response).catch((thrown: unknown) => {
      response.destroy()
      const error = escapeControls(messageOf(thrown))
      if (!closing.signal.aborted) write(`${json ? JSON.stringify({ error }) : error}\n`)
    })
  })
  await listen(server, port, host)
  const url = serverUrl(server)
  write(json ? `${JSON.stringify({ listening: url })}\n` : `Listening on ${url}  (Ctrl+C stops)\n`)

  async function close(): Promise<void> {
    closing.abort()
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }
  return { url, close }
}

export function listenCommand(): Command {
  return new Command('listen')
    .description('receive webhooks on this machine; verify and print each request')
    .option('--port <n>', 'port to listen on; 0 picks a free one', wholeNumber(0, 65_535), 4700)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--secret <s>',
      'secret or public key to verify with, repeatable (default: $WEBHOOK_SECRET)',
      collectSecrets,
    )
    .option('--status <code>', 'status code to return', wholeNumber(200, 599), 200)
    .option('--delay <ms>', 'delay before each response', wholeNumber(0, 3_600_000), 0)
    .option('--fail-first <n>', 'return 500 for the first requests, this many', wholeNumber(0, 1_000_000), 0)
    .option(
      '--forward <url>',
      'forward verified requests to a program on this machine and return its response',
      httpUrl('http://localhost:3000/webhooks'),
    )
    .option('--json', 'print one line of JSON per request')
    .exitOverride(exitByKind)
    .action(listenUntilStopped)
}

type Flags = ListenerOptions & { secret?: string[] }

async function listenUntilStopped({ secret, ...flags }: Flags, command: Command): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    // The reader of the output has closed it, as in `listen | head`.
    process.stdout.on('error', () => resolve())
  })
  const fromEnvironment = process.env['WEBHOOK_SECRET'] ? [process.env['WEBHOOK_SECRET']] : []
  const colours = process.stdout.isTTY && !process.env['NO_COLOR']
  try {
    const listener = await startListener({ ...flags, secrets: secret ?? fromEnvironment, colours })
    await stopped
    await listener.close()
  } catch (thrown) {
    if (!(thrown instanceof StartError)) throw thrown
    command.error(`error: ${thrown.message}`, { exitCode: FAILED, code: 'listen.failed' })
  }
}

function collectSecrets(secret: string, others: string[] = []): string[] {
  if (secret === '') throw new InvalidArgumentError('It must not be empty.')
  return [...others, secret]
}

const listenErrors: Record<string, string> = {
  EADDRINUSE:
    'it is in use. Stop the program that uses it, or choose another port; --port 0 picks a free one.',
  EACCES: 'it requires more rights than this user has. Choose a port above 1023.',
  EADDRNOTAVAIL:
    'that is not an address of this machine. Use 127.0.0.1 for local access only, 0.0.0.0 for all interfaces.',
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = listenErrors[error.code ?? ''] ?? error.message
      reject(new StartError(`cannot listen on port ${port} of ${host}: ${reason}`, { cause: error }))
    })
    server.listen(port, host, resolve)
  })
}

function serverUrl(server: Server): string {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('The listener has no address and port')
  return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`
}

function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    // Reads and drops the rest of a large body: closing the connection while the sender writes would lose the response.
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= bodyLimit) chunks.push(chunk)
      else resolve(tooLarge)
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', () => resolve('The sender closed the connection before the body was complete.'))
  })
}

async function toReceivedRequest(
  request: IncomingMessage,
  body: Body,
  secrets: Secrets,
): Promise<ReceivedRequest> {
  const header = (name: string): string | null => request.headers[name]?.toString() ?? null
  const attempt = Number(header('x-webhook-attempt'))
  return {
    received_at: new Date().toISOString(),
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    event: header('x-webhook-event'),
    id: header('x-webhook-id') ?? header('webhook-id'),
    delivery: header('x-webhook-delivery'),
    attempt: attempt > 0 ? attempt : null,
    ...(await verify(request, body, secrets)),
    body: typeof body === 'string' ? null : parse(body.toString()),
  }
}

async function verify({ headers }: IncomingMessage, body: Body, secrets: Secrets): Promise<Verdict> {
  if (typeof body === 'string') return { verified: null, error: body }
  if (secrets.length === 0) return { verified: null, error: null }
  try {
    // Whatever the format of the webhook is.
    await verifyJson({ body, headers, secret: secrets })
    return { verified: true, error: null }
  } catch (thrown) {
    if (!(thrown instanceof WebhookVerificationError)) throw thrown
    // The only refusal after the signature has been verified.
    return { verified: thrown.code === 'malformed_body', error: thrown.message }
  }
}

function createAnswers({ status = 200, failFirst = 0 }: ListenerOptions) {
  let failuresLeft = failFirst
  return ({ verified, error }: ReceivedRequest): [status: number, text: string] => {
    if (error !== null) return [error === tooLarge ? 413 : verified === false ? 401 : 400, error]
    if (failuresLeft === 0) return [status, 'Received']
    failuresLeft -= 1
    return [500, `Failing on purpose, ${failuresLeft} more to go`]
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return text
  }
}
