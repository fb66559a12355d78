import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { parseDuration } from './duration.ts'
import { StartError, messageOf } from '../domain/errors.ts'
import { parseEncryptionKeys, parseJwtSecret, parseServiceKey } from './encryption-keys.ts'
import { parsePorts, parseProxies, parseRanges } from './network.ts'
import type { AddressRange, PortRange } from './network.ts'
import {
  fail,
  parseAlertFrom,
  parseCorsOrigins,
  parseDatabaseUrl,
  parseFrameAncestors,
  parseJwksUrl,
  parseOtlpEndpoint,
  parsePublicUrl,
  parseSmtpUrl,
} from './urls.ts'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export const ROLES = ['all', 'api', 'worker'] as const

/** The settings, parsed; docs/operations.md describes each. Times are milliseconds. */
export interface Config {
  port: number
  host: string
  dataDir: string
  databaseUrl: string | undefined
  /** How long a start waits for a database that is away. */
  databaseWait: number
  /** Undefined: generated and kept in `dataDir`. */
  serviceKey: string | undefined
  /** Accepts the CRM's own JWTs: HS256 by the secret, or RS256 and ES256 by the key set. Undefined: none. */
  jwtSecret: string | undefined
  jwksUrl: string | undefined
  /** What their `aud` and `iss` must be. */
  jwtAudience: string | undefined
  jwtIssuer: string | undefined
  /** 32 bytes each; the first encrypts, all decrypt. Empty: generated and kept in `dataDir`. */
  encryptionKeys: Buffer[]
  allowHttpUrls: boolean
  egressAllow: AddressRange[]
  /** Ports of endpoints. */
  egressPorts: PortRange[]
  /** Waits between attempts: one attempt more than there are waits. */
  retrySchedule: number[]
  deliveryTimeout: number
  /** How long events, deliveries and logs are kept; whole days, rounded up. */
  logRetention: number
  /** How long the audit log is kept. */
  auditRetention: number
  /** Failures in a row after which an endpoint is held, and for how long they must have lasted. */
  breaker: { failures: number; after: number }
  /** How long, and at least how often, every attempt must have failed for the webhook to be deactivated. */
  deactivation: { after: number; attempts: number }
  crmTables: boolean
  /** Requests of one key or token in a minute; 0: any number. */
  apiRateLimit: number
  /** Posts to one source in a minute; 0: any number. */
  sourceRateLimit: number
  /** Milliseconds in which a request must have arrived, its body included. */
  clientTimeout: number
  /** Events that may wait to be fanned out before the API takes no more. */
  maxBacklog: number
  /** Of the proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: string[]
  /** The origin at which browsers and other nodes find this server; undefined: the one they asked. */
  publicUrl: string | undefined
  /** The server that mails alerts, and whom they are from; undefined: none are mailed. */
  smtpUrl: URL | undefined
  alertFrom: string | undefined
  /** Where traces are sent by OTLP over HTTP; undefined: nothing is traced. */
  otlpEndpoint: URL | undefined
  /** Origins whose pages may show the settings page in a frame. */
  frameAncestors: string[]
  /** Origins whose pages may call the API from a browser; `*`: all. */
  corsOrigins: string[]
  /** Webhooks that one organization may have. */
  maxWebhooks: number
  role: (typeof ROLES)[number]
  /** How long the relay may make no progress, while events wait, before the node is not ready. */
  relayStallTimeout: number
  logLevel: (typeof LOG_LEVELS)[number]
}

const HOUR_MS = 3_600_000

type Environment = Readonly<Record<string, string | undefined>>

/** The environment, over what `.env` in the working directory says. */
export function readEnvironment(file = '.env'): Environment {
  if (!existsSync(file)) return process.env
  // Editors on Windows begin a file with a byte order mark, which would become part of the first name.
  return { ...parseEnv(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')), ...process.env }
}

/** @throws StartError that names every wrong variable, what is wrong with it and what would be right. */
export function parseConfig(environment: Environment): Config {
  const problems: string[] = []
  function read<T>(name: string, preset: string, parse: (text: string) => T): T {
    const text = environment[name]?.trim()
    try {
      return parse(text === undefined || text === '' ? preset : text)
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`)
      return undefined as T
    }
  }

  const embedded = (environment['DATABASE_URL'] ?? '').trim() === ''
  const config: Config = {
    port: read('PORT', '4600', parsePort),
    host: read('HOST', '127.0.0.1', parseHost),
    dataDir: read('DATA_DIR', '.data', (text) => text),
    databaseUrl: read('DATABASE_URL', '', parseDatabaseUrl),
    databaseWait: read('DATABASE_WAIT', '60s', (text) =>
      parseBetween(text, 0, HOUR_MS, 'a time up to 1h, as in DATABASE_WAIT=60s, or 0'),
    ),
    serviceKey: read('SERVICE_KEY', '', parseServiceKey),
    jwtSecret: read('JWT_SECRET', '', parseJwtSecret),
    jwksUrl: read('JWKS_URL', '', parseJwksUrl),
    jwtAudience: read('JWT_AUDIENCE', '', parseText),
    jwtIssuer: read('JWT_ISSUER', '', parseText),
    encryptionKeys: read('ENCRYPTION_KEYS', '', (text) => parseEncryptionKeys(text, embedded)),
    allowHttpUrls: read('ALLOW_HTTP_URLS', 'false', parseBoolean),
    egressAllow: read('EGRESS_ALLOW', '', parseRanges),
    egressPorts: read('EGRESS_PORTS', DEFAULT_PORTS, parsePorts),
    // Set but empty is an answer here: one attempt, no retries.
    retrySchedule:
      environment['RETRY_SCHEDULE']?.trim() === ''
        ? []
        : read('RETRY_SCHEDULE', DEFAULT_SCHEDULE, parseSchedule),
    deliveryTimeout: read('DELIVERY_TIMEOUT', '10s', (text) => parseTimeout(text, 'DELIVERY_TIMEOUT=10s')),
    logRetention: read('LOG_RETENTION', '30d', (text) => parseRetention(text, 'LOG_RETENTION=30d')),
    auditRetention: read('AUDIT_RETENTION', '400d', (text) => parseRetention(text, 'AUDIT_RETENTION=400d')),
    breaker: {
      failures: read('BREAKER_FAILURES', '20', (text) => parseCount(text, 'BREAKER_FAILURES=20')),
      after: read('BREAKER_AFTER', '5s', (text) => parseWait(text, 'a time, as in BREAKER_AFTER=5s')),
    },
    deactivation: {
      after: read('DEACTIVATE_AFTER', '5d', parseDeactivateAfter),
      attempts: read('DEACTIVATE_MIN_ATTEMPTS', '20', (text) =>
        parseCount(text, 'DEACTIVATE_MIN_ATTEMPTS=20'),
      ),
    },
    crmTables: read('CRM_TABLES', String(embedded), parseBoolean),
    apiRateLimit: read('API_RATE_LIMIT', '6000', (text) =>
      parseWhole(text, 0, 10_000_000, 'API_RATE_LIMIT=6000 (0 is for none)'),
    ),
    sourceRateLimit: read('SOURCE_RATE_LIMIT', '6000', (text) =>
      parseWhole(text, 0, 10_000_000, 'SOURCE_RATE_LIMIT=6000 (0 is for none)'),
    ),
    clientTimeout: read('CLIENT_TIMEOUT', '60s', (text) => parseTimeout(text, 'CLIENT_TIMEOUT=60s')),
    maxBacklog: read('MAX_BACKLOG', '1000000', (text) =>
      parseWhole(text, 1, 1_000_000_000, 'MAX_BACKLOG=1000000'),
    ),
    trustedProxies: read('TRUSTED_PROXIES', '127.0.0.1,::1', parseProxies),
    maxWebhooks: read('MAX_WEBHOOKS', '100', (text) => parseWhole(text, 1, 100_000, 'MAX_WEBHOOKS=100')),
    publicUrl: read('PUBLIC_URL', '', parsePublicUrl),
    smtpUrl: read('SMTP_URL', '', parseSmtpUrl),
    alertFrom: read('ALERT_FROM', '', parseAlertFrom),
    otlpEndpoint: read('OTEL_EXPORTER_OTLP_ENDPOINT', '', parseOtlpEndpoint),
    corsOrigins: read('CORS_ORIGINS', '*', parseCorsOrigins),
    frameAncestors: read('PORTAL_FRAME_ANCESTORS', '', parseFrameAncestors),
    role: read('ROLE', 'all', (text) => parseOneOf(text, ROLES)),
    relayStallTimeout: read('RELAY_STALL_TIMEOUT', '60s', (text) =>
      parseBetween(text, 1_000, 24 * HOUR_MS, 'a time from 1s to 24h, as in RELAY_STALL_TIMEOUT=60s'),
    ),
    logLevel: read('LOG_LEVEL', 'info', (text) => parseOneOf(text, LOG_LEVELS)),
  }
  if (config.role !== 'all' && embedded) problems.push(`ROLE: ${EMBEDDED_ROLE}`)
  if (config.jwtSecret !== undefined && config.jwksUrl !== undefined) {
    problems.push('JWT_SECRET, JWKS_URL: only one of them says how tokens are signed. Leave the other out.')
  }
  if (config.smtpUrl !== undefined && (environment['ALERT_FROM'] ?? '').trim() === '') {
    problems.push('ALERT_FROM: is required with SMTP_URL, as in ALERT_FROM=webhooks@example.com.')
  }
  if (problems.length > 0) throw new StartError(problems.join('\n'))
  return config
}

const DEFAULT_PORTS = '80,443,1024-65535'
const DEFAULT_SCHEDULE = '5s,5m,30m,2h,5h,10h,14h,20h,24h'
const EMBEDDED_ROLE =
  'roles need a database that several processes share. Set DATABASE_URL, or leave ROLE out to run everything in one.'

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    fail(text, 'a whole number from 0 to 65535 (0 picks a free port), as in PORT=4600')
  return port
}

function parseWhole(text: string, from: number, to: number, example: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < from || number > to)
    fail(text, `a whole number from ${from} to ${to}, as in ${example}`)
  return number
}

function parseHost(text: string): string {
  if (/[\s/]/.test(text)) fail(text, 'a host name or address without scheme or port, as in HOST=0.0.0.0')
  return text
}

const parseText = (text: string): string | undefined => (text === '' ? undefined : text)

function parseBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') fail(text, 'true or false')
  return text === 'true'
}

function parseSchedule(text: string): number[] {
  return text
    .split(',')
    .map(
      (part) =>
        parseDuration(part) ?? fail(part.trim(), 'waits with commas between, as in RETRY_SCHEDULE=5s,5m,2h'),
    )
}

function parseTimeout(text: string, example: string): number {
  return parseBetween(text, 100, 60_000, `a time from 100ms to 60s, as in ${example}`)
}

function parseBetween(text: string, least: number, most: number, allowed: string): number {
  const time = text === '0' ? 0 : parseDuration(text)
  if (time === undefined || time < least || time > most) fail(text, allowed)
  return time
}

function parseRetention(text: string, example: string): number {
  const retention = parseDuration(text)
  if (retention === undefined || retention < 3_600_000) fail(text, `a time from 1h on, as in ${example}`)
  return retention
}

function parseWait(text: string, allowed: string): number {
  return parseDuration(text) ?? fail(text, allowed)
}

function parseDeactivateAfter(text: string): number {
  if (text === 'never') return Number.POSITIVE_INFINITY
  return parseWait(text, 'a time, as in DEACTIVATE_AFTER=5d, or never')
}

function parseCount(text: string, example: string): number {
  const count = Number(text)
  if (!/^\d{1,6}$/.test(text) || count < 1) fail(text, `a whole number from 1 to 999999, as in ${example}`)
  return count
}

function parseOneOf<const T extends string>(text: string, allowed: readonly T[]): T {
  return allowed.find((name) => name === text) ?? fail(text, `one of ${allowed.join(', ')}`)
}
