import { readFileSync } from 'node:fs'
import { jetstreamManager } from '@nats-io/jetstream'
import type { JetStreamManager } from '@nats-io/jetstream'
import {
  AuthorizationError,
  connect,
  credsAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node'
import type { Authenticator, ConnectionOptions, NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { StartError, messageOf } from '../domain/errors.ts'
import { waitUntilAvailable } from '../loops/wait-until-available.ts'
import { codeOf } from './api-errors.ts'

export interface NatsPlace {
  /** `nats://` or `tls://` URLs; the first that has a user or a token gives it to all. */
  url: readonly URL[]
  /** Path of a .creds file. */
  credentials?: string | undefined
}

export interface ConnectOptions extends NatsPlace {
  nodeId: string
  /** Milliseconds to wait for a cluster that is away. */
  waitMs: number
  log: Logger
}

export interface NatsConnected {
  connection: NatsConnection
  jsm: JetStreamManager
}

const MIN_PAYLOAD = 1_048_576
const MIN_VERSION = [2, 11] as const
const DEFAULT_PORT = 4222

/** Two pings without an answer end a connection: a server that hangs is left within 6 s. */
const PING_INTERVAL_MS = 2_000
/** Of JetStream's own requests, such as creating a stream. */
const REQUEST_TIMEOUT_MS = 5_000

/**
 * Connects, and waits for a cluster that is away. Later, a lost connection is made again for as long as it takes.
 *
 * @throws StartError when the time is up, or at once where waiting does not help
 */
export async function connectNats(options: ConnectOptions): Promise<NatsConnected> {
  const { url, waitMs, log } = options
  return await waitUntilAvailable(
    {
      name: 'NATS',
      place: { nats: placeOf(url) },
      setting: 'NATS_URL',
      limitMs: waitMs,
      log,
      isUnavailable: (error) => !(error instanceof StartError),
      giveUp: (message, cause) => new StartError(message, { cause }),
    },
    () => connectOnce(options),
  )
}

/** Hosts and ports, without what is secret. */
export const placeOf = (urls: readonly URL[]): string => urls.map(serverOf).join(', ')
const serverOf = ({ hostname, port }: URL): string => `${hostname}:${port === '' ? DEFAULT_PORT : port}`

async function connectOnce(options: ConnectOptions): Promise<NatsConnected> {
  const { url, nodeId } = options
  const connection = await connect({
    servers: url.map(serverOf),
    name: `connectgain-webhooks ${nodeId}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    reconnectJitterTLS: 250,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: 2,
    timeout: REQUEST_TIMEOUT_MS,
    noAsyncTraces: true,
    // Credentials that a server refuses for a while, such as during their exchange, are no reason to give up.
    ignoreAuthErrorAbort: true,
    ...securityOf(options, url),
  }).catch((error: unknown) => {
    if (error instanceof AuthorizationError) throw new StartError(REFUSED, { cause: error })
    throw error
  })
  try {
    checkServer(connection)
    return { connection, jsm: await openJetStream(connection) }
  } catch (error) {
    await connection.close()
    throw error
  }
}

const REFUSED =
  'NATS refuses these credentials. Check the user in NATS_URL, or the file that NATS_CREDENTIALS names.'

/** What a connection to some of the servers needs to be secure. */
export function securityOf(
  place: NatsPlace,
  urls: readonly URL[],
): Pick<ConnectionOptions, 'authenticator' | 'tls'> {
  const authenticator = authenticatorOf(place)
  return {
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
  }
}

function authenticatorOf({ url, credentials }: NatsPlace): Authenticator | undefined {
  if (credentials !== undefined) return credsAuthenticator(readCredentials(credentials))
  const { username, password } = url.find((one) => one.username !== '') ?? { username: '', password: '' }
  if (username === '') return undefined
  return password === ''
    ? tokenAuthenticator(decodeURIComponent(username))
    : usernamePasswordAuthenticator(decodeURIComponent(username), decodeURIComponent(password))
}

function readCredentials(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new StartError(
      `NATS_CREDENTIALS: '${path}' cannot be read (${messageOf(error)}). Use the path of a .creds file.`,
      { cause: error },
    )
  }
}

/** @throws StartError */
export function checkServer({ info }: NatsConnection): void {
  const { version, max_payload: maxPayload } = info!
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1]))
    throw new StartError(
      `The NATS server has version ${version}. Version ${MIN_VERSION.join('.')} or later is required.`,
    )
  if (maxPayload < MIN_PAYLOAD)
    throw new StartError(
      `The NATS server takes messages of at most ${maxPayload} bytes. Set max_payload to ${MIN_PAYLOAD} (1MB) or more on each server.`,
    )
}

const NO_JETSTREAM =
  'JetStream is not enabled on these NATS servers, or not for this account. Add "jetstream { store_dir: … }" to the configuration of each server, and enable it for the account.'

/** @throws StartError where it is not there; another error where it is not ready */
export async function openJetStream(
  connection: NatsConnection,
  timeout = REQUEST_TIMEOUT_MS,
): Promise<JetStreamManager> {
  try {
    return await jetstreamManager(connection, { timeout })
  } catch (error) {
    const isNotEnabled = error instanceof Error && error.name === 'JetStreamNotEnabled'
    const isNotForAccount = isNotEnabled && codeOf(error.cause) !== undefined
    const isNowhere = isNotEnabled && connection.info?.jetstream !== true
    if (isNotForAccount || isNowhere) throw new StartError(NO_JETSTREAM, { cause: error })
    throw error
  }
}
