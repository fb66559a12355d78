import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, WebhooksError } from '@connectgain/webhooks-client'
import type { Client } from '@connectgain/webhooks-client'
import { Option } from 'commander'
import type { Command } from 'commander'
import { readEnvironment } from '../../settings/config.ts'
import { StartError, messageOf } from '../../domain/errors.ts'
import { httpUrl } from './parse.ts'

const USUAL_URL = 'http://localhost:4600'
/** A call may wait for as long as a webhook may take. */
const TIMEOUT_MS = 120_000

type Environment = ReturnType<typeof readEnvironment>

/** Options of every command that talks to a server. */
export interface ConnectionFlags {
  url?: string
  key?: string
  json?: boolean
}

/** What the user asked for cannot be done. Reported to the user, with exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly hint: string | undefined

  constructor(message: string, { hint }: { hint?: string } = {}) {
    super(message)
    this.hint = hint
  }
}

export function withConnection(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'URL of the server')
        .argParser(httpUrl(USUAL_URL))
        .default(undefined, '$CONNECTGAIN_URL, or http://localhost:4600'),
    )
    .addOption(
      new Option('--key <key>', 'service key or organization key').default(
        undefined,
        '$CONNECTGAIN_KEY, $SERVICE_KEY, or the one in $DATA_DIR',
      ),
    )
    .option('--json', 'print JSON')
}

/** @throws CommandFailed if no key is found; StartError for an invalid URL in the environment */
export function connectApi({ url, key }: ConnectionFlags): Client {
  const environment = readEnvironment()
  const apikey =
    key ?? (environment['CONNECTGAIN_KEY'] || environment['SERVICE_KEY'] || readOwnKey(environment))
  if (apikey === undefined) {
    throw new CommandFailed('no key provided', {
      hint: 'Use --key, set CONNECTGAIN_KEY, or run this command in the folder of the server.',
    })
  }
  return createClient({ url: url ?? readUrl(environment), key: apikey, timeoutMs: TIMEOUT_MS })
}

function readUrl(environment: Environment): string {
  const address = environment['CONNECTGAIN_URL'] || `http://localhost:${environment['PORT'] || 4600}`
  try {
    return httpUrl(USUAL_URL)(address)
  } catch (error) {
    throw new StartError(`CONNECTGAIN_URL: ${messageOf(error)}`)
  }
}

/** Reads the key of a server with an embedded database that was started in the same folder. */
function readOwnKey(environment: Environment): string | undefined {
  const file = join(environment['DATA_DIR'] || '.data', 'service-key')
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

/** @throws CommandFailed if there is no such row */
export async function requireRow<Row>(
  row: Promise<Row | undefined>,
  ...missing: ConstructorParameters<typeof CommandFailed>
): Promise<Row> {
  const found = await row.catch((error: unknown) => {
    if (error instanceof WebhooksError && error.code === 'not_found') return undefined
    throw error
  })
  if (found === undefined) throw new CommandFailed(...missing)
  return found
}
