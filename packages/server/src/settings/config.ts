import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { z } from 'zod'
import { StartError } from '../domain/errors.ts'
import { REQUIRED_KEYS } from './encryption-keys.ts'
import type { Setting } from './setting.ts'
import { SETTINGS } from './settings.ts'

/** The settings, parsed: settings.ts describes each. */
export type Config = {
  -readonly [Key in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[Key]['schema']>
}

type Environment = Readonly<Record<string, string | undefined>>

/** The environment, over what `.env` in the working directory says. */
export function readEnvironment(file = '.env'): Environment {
  if (!existsSync(file)) return process.env
  // Editors on Windows begin a file with a byte order mark, which would become part of the first name.
  return { ...parseEnv(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')), ...process.env }
}

/** @throws StartError that names every wrong variable, what is wrong with it and what would be right. */
export function parseConfig(environment: Environment): Config {
  const textOf = (name: string): string => environment[name]?.trim() ?? ''
  const isEmbedded = textOf('DATABASE_URL') === ''
  const problems: string[] = []
  const parse = ({ name, preset, mayBeEmpty, schema }: Setting): unknown => {
    const text = textOf(name)
    const isSet = text !== '' || (mayBeEmpty === true && environment[name] !== undefined)
    const result = schema.safeParse(isSet ? text : presetOf(preset, isEmbedded))
    if (!result.success) problems.push(...result.error.issues.map(({ message }) => `${name}: ${message}`))
    return result.data
  }
  const config = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, setting]) => [key, parse(setting)]),
  ) as Config
  problems.push(...findConflicts(textOf))
  if (problems.length > 0) throw new StartError(problems.join('\n'))
  return config
}

function presetOf(preset: Setting['preset'], isEmbedded: boolean): string {
  if (typeof preset === 'string') return preset
  return isEmbedded ? preset.embedded : preset.other
}

/** Settings that are valid, but not together. */
function findConflicts(textOf: (name: string) => string): string[] {
  const isSet = (name: string): boolean => textOf(name) !== ''
  const problems: string[] = []
  if (!isSet('ENCRYPTION_KEYS') && isSet('DATABASE_URL')) problems.push(`ENCRYPTION_KEYS: ${REQUIRED_KEYS}`)
  if (!['', 'all'].includes(textOf('ROLE')) && !isSet('DATABASE_URL')) problems.push(`ROLE: ${EMBEDDED_ROLE}`)
  if (isSet('NATS_URL') && !isSet('DATABASE_URL')) problems.push(`NATS_URL: ${EMBEDDED_STREAMS}`)
  if (isSet('JWT_SECRET') && isSet('JWKS_URL')) {
    problems.push('JWT_SECRET, JWKS_URL: set only one of them.')
  }
  if (isSet('SMTP_URL') && !isSet('ALERT_FROM')) {
    problems.push('ALERT_FROM: is required with SMTP_URL, as in ALERT_FROM=webhooks@example.com.')
  }
  if (isSet('LOG_DATABASE_URL')) problems.push(...findLogDatabaseConflicts(textOf))
  return problems
}

function findLogDatabaseConflicts(textOf: (name: string) => string): string[] {
  const problems: string[] = []
  if (textOf('DATABASE_URL') === '') problems.push(`LOG_DATABASE_URL: ${NO_CRM_DATABASE}`)
  if (textOf('NATS_URL') === '') problems.push(`LOG_DATABASE_URL: ${NO_STREAMS}`)
  if (textOf('DATABASE_URL') === textOf('LOG_DATABASE_URL'))
    problems.push(`LOG_DATABASE_URL: ${SAME_DATABASE}`)
  if (/^true$/i.test(textOf('CRM_TABLES'))) problems.push(`CRM_TABLES: ${ONE_DATABASE}`)
  return problems
}

const NO_CRM_DATABASE =
  'requires DATABASE_URL, the database of the CRM. For one database with everything, set DATABASE_URL alone.'
const NO_STREAMS =
  'requires NATS_URL, as in NATS_URL=nats://localhost:4222: events go through NATS JetStream from the database of the CRM to the log database. Set it, or remove LOG_DATABASE_URL.'
export const SAME_DATABASE =
  'is the database of DATABASE_URL. Set it to a database of its own, or remove it to have everything in one database.'
export const ONE_DATABASE =
  'the reference CRM needs everything in one database. Remove LOG_DATABASE_URL, or CRM_TABLES to attach to the tables of your own CRM.'

const EMBEDDED_STREAMS =
  'NATS is for several processes, which need a database that they can share. Set DATABASE_URL, or remove NATS_URL.'
const EMBEDDED_ROLE =
  'roles require a database that several processes can share. Set DATABASE_URL, or remove ROLE to run everything in one process.'
