import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import type { Result, Results } from '../../domain/api-results.ts'
import { readEnvironment } from '../../settings/config.ts'
import { StartError, messageOf } from '../../domain/errors.ts'
import { httpUrl } from './parse.ts'

const USUAL_URL = 'http://localhost:4600'

type Environment = ReturnType<typeof readEnvironment>

/** Options of every command that talks to a server. */
export interface ConnectionFlags {
  url?: string
  key?: string
  json?: boolean
}

/** The server refused the request, or could not be reached. Reported to the user, with exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly hint: string | undefined
  readonly status: number | undefined

  constructor(message: string, { hint, status }: { hint?: string | undefined; status?: number } = {}) {
    super(message)
    this.hint = hint
    this.status = status
  }
}

export interface Api {
  readonly url: string
  get<T>(path: string): Promise<T[]>
  send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>
  /** Calls a function. */
  call<Name extends keyof Results>(name: Name, body: object): Promise<Result<Name>>
  /** @returns the number of rows, without reading them */
  count(path: string): Promise<number>
  /** Returns the raw response, for streams and health. */
  fetch(path: string, init?: RequestInit): Promise<Response>
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
export function connectApi({ url, key }: ConnectionFlags): Api {
  const environment = readEnvironment()
  const { origin } = new URL(url ?? readUrl(environment))
  const apikey =
    key ?? (environment['CONNECTGAIN_KEY'] || environment['SERVICE_KEY'] || readOwnKey(environment))
  if (apikey === undefined) {
    throw new CommandFailed('no key provided', {
      hint: 'Use --key, set CONNECTGAIN_KEY, or run this command in the folder of the server.',
    })
  }
  return createApi(origin, apikey)
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

function createApi(url: string, apikey: string): Api {
  async function open(path: string, init: RequestInit = {}): Promise<Response> {
    try {
      return await fetch(`${url}${path}`, {
        ...init,
        headers: { apikey, 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
      })
    } catch (error) {
      throw new CommandFailed(`cannot reach ${url}: ${messageOf(rootCause(error))}`, {
        hint: 'Start the server, or set its URL with --url.',
      })
    }
  }

  async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await open(`/rest/v1/${path}`, {
      method,
      headers: { prefer: 'return=representation' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw await readRefusal(response)
    const text = await response.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  return {
    url,
    get: (path) => request('GET', path),
    send: request,
    call: (name, body) => request('POST', `rpc/${name}`, body),
    async count(path) {
      const response = await open(`/rest/v1/${path}`, { method: 'HEAD', headers: { prefer: 'count=exact' } })
      if (!response.ok) throw new CommandFailed(`the server returned ${response.status}`, response)
      return Number(response.headers.get('content-range')?.split('/')[1])
    },
    fetch: open,
  }
}

/** Uses the API's own error message; for any other response, such as a proxy's page, only the status. */
export async function readRefusal(response: Response): Promise<CommandFailed> {
  const { status } = response
  try {
    const { message, details, hint } = (await response.json()) as Record<string, string | null>
    return new CommandFailed([message, details].filter(Boolean).join('. '), {
      hint: hint ?? undefined,
      status,
    })
  } catch {
    return new CommandFailed(`the server returned ${status} but is not ConnectGain Webhooks`, {
      status,
    })
  }
}

function rootCause(error: unknown): unknown {
  const { cause } = error as { cause?: { errors?: unknown[] } }
  return cause?.errors?.[0] ?? cause ?? error
}
