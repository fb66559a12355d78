import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFreePort } from './postgres.ts'
import { findTool } from './test-tools.ts'
import { until } from './until.ts'

const CONFIG = fileURLToPath(new URL('../../../../ops/nats/nats.conf', import.meta.url))
/** Digits only: the form of the passwords in the file's comment must keep them text. */
export const PASSWORD = '123456'

export interface ConfiguredServer {
  name: string
  port: number
  monitorPort: number
  routePort: number
}

export interface ConfiguredNats {
  /** As NATS_URL takes it. */
  url: string
  servers: readonly ConfiguredServer[]
  /** The parent of all servers. */
  pid: number
  stop(): Promise<void>
}

export interface ConfiguredOptions {
  servers: 1 | 3
  /** Instead of that of the file. */
  syncInterval?: string
  maxFile?: string
}

/**
 * Starts servers with ops/nats/nats.conf as it is. Only addresses are given on the command line, because all servers share this machine;
 * a single one has no cluster.
 */
export async function startConfiguredNats(options: ConfiguredOptions): Promise<ConfiguredNats> {
  const folder = mkdtempSync(join(tmpdir(), 'connectgain-nats-config-'))
  const config = prepareConfig(folder, options)
  const servers = await Promise.all(
    Array.from({ length: options.servers }, async (_, at): Promise<ConfiguredServer> => ({
      name: `nats-${at + 1}`,
      port: await findFreePort(),
      monitorPort: await findFreePort(),
      routePort: await findFreePort(),
    })),
  )
  const script = servers
    .map((server) => toCommand(server, servers, { folder, config, ...options }))
    .join('\n')
  const shell = spawn('sh', ['-c', `pids=''\n${script}\n${GUARD}`], { stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = new Promise((resolve) => shell.once('exit', resolve))
  const stop = async (): Promise<void> => {
    shell.stdin.end()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  await until(`${options.servers} healthy NATS servers`, async () =>
    (await Promise.all(servers.map((server) => askMonitor(server, '/healthz')))).every(Boolean),
  ).catch(async (error: unknown) => {
    const logs = servers.map(({ name }) => readFileSync(join(folder, `${name}.log`), 'utf8').slice(-2_000))
    await stop()
    throw new Error(logs.join('\n'), { cause: error })
  })
  const addresses = servers.map(
    ({ port }, at) => `nats://${at === 0 ? `webhooks:${PASSWORD}@` : ''}127.0.0.1:${port}`,
  )
  return { url: addresses.join(','), servers, pid: shell.pid ?? 0, stop }
}

/** The shell ends the servers when its input ends, which it does with this process, however that ends. */
const GUARD = 'read -r _; kill -9 $pids; wait'

function prepareConfig(folder: string, { servers, syncInterval }: ConfiguredOptions): string {
  if (servers === 3 && syncInterval === undefined) return CONFIG
  const text = readFileSync(CONFIG, 'utf8')
    .replace(/sync_interval: .*/, (line) =>
      syncInterval === undefined ? line : `sync_interval: "${syncInterval}"`,
    )
    .replace(/^cluster \{[\s\S]*?^\}$/m, (block) => (servers === 3 ? block : ''))
  const path = join(folder, 'nats.conf')
  writeFileSync(path, text)
  return path
}

interface Start extends ConfiguredOptions {
  folder: string
  config: string
}

function toCommand(
  { name, port, monitorPort, routePort }: ConfiguredServer,
  all: readonly ConfiguredServer[],
  { folder, config, servers, maxFile = '2GB' }: Start,
): string {
  const routes = all.map((each) => `nats://127.0.0.1:${each.routePort}`)
  const environment = {
    NATS_NAME: name,
    NATS_ROUTES: `[${routes.join(', ')}]`,
    NATS_STORE: join(folder, name),
    NATS_MAX_FILE: maxFile,
    NATS_PASSWORD: `"${PASSWORD}"`,
    NATS_CLUSTER_PASSWORD: `"${PASSWORD}7"`,
    NATS_SYSTEM_PASSWORD: `"${PASSWORD}8"`,
  }
  const program = process.env['NATS_SERVER'] ?? findTool('nats-server') ?? 'nats-server'
  const command = [program, '--config', config, '--addr', '127.0.0.1', '--port', String(port)]
  command.push('--http_port', String(monitorPort), '--log', join(folder, `${name}.log`))
  if (servers > 1) command.push('--cluster', `nats://127.0.0.1:${routePort}`)
  const assignments = Object.entries(environment).map(([key, value]) => `${key}=${quote(value)}`)
  return `${[...assignments, ...command.map(quote)].join(' ')} < /dev/null & pids="$pids $!"`
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Asks a server's monitoring port; undefined if it is not healthy. */
export async function askMonitor(
  { monitorPort }: ConfiguredServer,
  path: string,
): Promise<Record<string, unknown> | undefined> {
  return await fetch(`http://127.0.0.1:${monitorPort}${path}`).then(
    async (response) => (response.ok ? ((await response.json()) as Record<string, unknown>) : undefined),
    () => undefined,
  )
}
