import { readFileSync } from 'node:fs'
import { createServer as createPlainServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { Http2SecureServer } from 'node:http2'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import tls from 'node:tls'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import ipaddr from 'ipaddr.js'
import { CHECK_NAMES } from '../../domain/checkup.ts'
import type { Check, CheckName } from '../../domain/checkup.ts'
import { systemClock } from '../../domain/clock.ts'
import { NO_TRACING } from '../../observability/tracing.ts'
import type { WebhookTarget } from '../../domain/webhook.ts'
import { createSender } from '../send.ts'
import { runCheckup } from './run-checkup.ts'

export const file = (name: string): string =>
  readFileSync(new URL(`../../../test/harness/tls/${name}`, import.meta.url), 'utf8')

tls.setDefaultCACertificates([file('authority.pem')])

export const SECRET = 'your-secret-key'

/** A request as it arrived. */
export interface Arrived {
  headers: Record<string, string>
  body: Buffer
}

export type Respond = (arrived: Arrived, response: ServerResponse) => unknown

export const isValid = ({ headers, body }: Arrived, secret: string): Promise<boolean> =>
  verifyWebhook({ headers, body, secret }).then(
    () => true,
    () => false,
  )

/** What a faultless endpoint does, with a secret or a public key. */
export const verifying =
  (secret = SECRET): Respond =>
  async (arrived, response) =>
    response.writeHead((await isValid(arrived, secret)) ? 204 : 401).end()

export const isOld = ({ headers }: Arrived): boolean =>
  Date.now() / 1_000 - Number(headers['webhook-timestamp']) > 300

type Handle = (request: IncomingMessage, response: ServerResponse) => void

const CERTIFIED = { key: file('localhost.key'), cert: file('localhost.pem') }

const KINDS = {
  http: (handle: Handle) => createPlainServer(handle),
  https: (handle: Handle) => createServer(CERTIFIED, handle),
  /** Demands a client certificate. */
  mtls: (handle: Handle) =>
    createServer({ ...CERTIFIED, requestCert: true, ca: file('client-authority.pem') }, handle),
  /** Speaks HTTP/2 alone. */
  http2: (handle: Handle) => createSecureServer(CERTIFIED, handle as never),
} as const
export type Kind = keyof typeof KINDS

/** The endpoints of a suite, each a real server. */
export function createEndpoints(): {
  serve(respond: Respond, kind?: Kind): Promise<{ url: string; arrived: Arrived[] }>
  /** Of the last one. */
  closeLast(): Promise<void>
  close(): void
} {
  const servers: (Server | Http2SecureServer)[] = []
  return {
    serve: async (respond, kind = 'https') => {
      const arrived: Arrived[] = []
      const handle: Handle = (request, response) => {
        void buffer(request).then((body) => {
          const received = { headers: request.headers as Record<string, string>, body }
          arrived.push(received)
          return respond(received, response)
        })
      }
      const server = KINDS[kind](handle)
      servers.push(server.listen(0, '127.0.0.1'))
      await new Promise((resolve) => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      return { url: `${kind === 'http' ? 'http' : 'https'}://localhost:${port}/`, arrived }
    },
    closeLast: async () => void (await new Promise((resolve) => servers.at(-1)!.close(resolve))),
    close() {
      for (const server of servers) {
        if ('closeAllConnections' in server) server.closeAllConnections()
        server.close()
      }
    },
  }
}

export async function check(
  url: string,
  target: Partial<WebhookTarget> = {},
  budgetMs = 20_000,
): Promise<Check[]> {
  const body = (data: object): { event: string; body: string } => ({
    event: 'contact.created',
    body: JSON.stringify({ event: 'contact.created', timestamp: new Date().toISOString(), data }),
  })
  return await runCheckup({
    clock: systemClock,
    sender: createSender({
      allowHttp: true,
      egressAllow: [ipaddr.parseCIDR('127.0.0.0/8')],
      egressPorts: [
        [443, 443],
        [1_024, 65_535],
      ],
    }),
    retrySchedule: [],
    tracing: NO_TRACING,
    organizationId: '0190a000-0000-7000-8000-000000000001',
    traceparent: null,
    budgetMs,
    shape: (delivery) => Promise.resolve(delivery),
    isHttps: url.startsWith('https:'),
    isInbox: false,
    bodies: {
      plain: body({ first_name: 'John' }),
      unknown: { ...body({ first_name: 'John' }), event: 'checkup.unknown_event' },
      emoji: body({ first_name: '👍🏽' }),
      large: body({ filler: 'x'.repeat(256 * 1_024) }),
    },
    target: {
      id: '0190a000-0000-7000-8000-000000000003',
      url,
      secrets: [SECRET],
      signingKeys: [],
      headers: {},
      auth: undefined,
      timeout: 5_000,
      maxInFlight: 1,
      isHealthy: true,
      isHeld: false,
      isQueueOnly: false,
      isOrdered: false,
      unreadable: undefined,
      ...target,
    },
  })
}

export const statuses = (
  checks: readonly Check[],
  except: readonly CheckName[] = [],
): Record<string, string> =>
  Object.fromEntries(
    checks.filter(({ name }) => !except.includes(name)).map(({ name, status }) => [name, status]),
  )
export const find = (checks: readonly Check[], wanted: CheckName): Check =>
  checks.find(({ name }) => name === wanted)!
export const all = (status: string, except: Record<string, string> = {}): Record<string, string> => ({
  ...Object.fromEntries(CHECK_NAMES.map((name) => [name, status])),
  ...except,
})
