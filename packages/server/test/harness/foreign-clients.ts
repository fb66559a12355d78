import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { alterDatabase, SAMPLES } from './supabase.ts'
import { SERVICE_KEY } from './server-process.ts'
import type { Stage } from './on-each-engine.ts'

/** The programs in packages/server/test/clients, each in the folder of its language. */
export type Language = 'python' | 'go' | 'rust'

type Environment = Record<string, string>

interface Program {
  command: string
  args: readonly string[]
  env: Environment
}

/** How a program is installed into a folder, with the clients that its files pin, and started from there. */
const INSTALLS: Readonly<Record<Language, (source: string, folder: string) => Promise<Program>>> = {
  async python(source, folder) {
    await run('python3', ['-m', 'venv', folder])
    const python = join(folder, 'bin', 'python')
    await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', join(source, 'requirements.txt')])
    return { command: python, args: [join(source, 'main.py')], env: {} }
  },
  async go(source, folder) {
    const program = join(folder, 'program')
    // Modules that can be removed with the folder.
    const env = {
      GOPATH: join(folder, 'path'),
      GOCACHE: join(folder, 'cache'),
      GOFLAGS: '-modcacherw -mod=readonly',
    }
    await run('go', ['build', '-o', program, '.'], source, env)
    return { command: program, args: [], env: {} }
  },
  async rust(source, folder) {
    await run('cargo', ['build', '--quiet', '--locked'], source, { CARGO_TARGET_DIR: folder })
    return { command: join(folder, 'debug', 'connectgain-clients'), args: [], env: {} }
  },
}

const TOOLS = { python: 'python3', go: 'go', rust: 'cargo' } as const
const VERSION = { python: '--version', go: 'version', rust: '--version' } as const

const HAS_NO_NETWORK =
  /ENOTFOUND|Temporary failure in name resolution|no such host|Could not resolve|Failed to establish a new connection|dial tcp|spurious network error|No matching distribution/

/** Installs the program of a language; a text says why that cannot be done here. */
export async function installClient(language: Language): Promise<Program | string> {
  const tool = TOOLS[language]
  if (spawnSync(tool, [VERSION[language]]).status !== 0) return `${tool} is not installed`
  const source = fileURLToPath(new URL(`../clients/${language}`, import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), `connectgain-${language}-`))
  try {
    return await INSTALLS[language](source, folder)
  } catch (error) {
    const { message } = error as Error
    if (HAS_NO_NETWORK.test(message)) return `the client for ${language} cannot be downloaded`
    throw error
  }
}

/** Runs a program against the stage's server, for one organization; returns what came of each of its calls. */
export async function callWith(
  { command, args, env }: Program,
  stage: Stage,
): Promise<Record<string, unknown>> {
  const printed = await run(command, args, undefined, {
    ...env,
    API_URL: `${stage.server.url}/rest/v1`,
    API_KEY: SERVICE_KEY,
    ORGANIZATION: stage.organizationId,
  })
  return JSON.parse(printed) as Record<string, unknown>
}

async function run(
  command: string,
  args: readonly string[],
  cwd?: string,
  env: Environment = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [printed, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${errors.slice(-4_000)}`)
  return printed
}

/** The rows that the programs ask for. */
export async function storeRows(stage: Stage): Promise<void> {
  await alterDatabase(stage, SAMPLES)
  const { api } = stage.server
  const organization_id = stage.organizationId
  const ids: string[] = []
  for (const first_name of ['ann', 'bob', 'cy']) {
    const email = first_name === 'ann' ? null : `${first_name}@example.com`
    ids.push((await api.insert<{ id: string }>('contacts', { organization_id, first_name, email })).id)
  }
  const [ann, bob] = ids
  for (const [title, value, contact_id] of [
    ['one', 1, ann],
    ['two', 2, ann],
    ['three', 3, bob],
    ['none', null, null],
  ])
    await api.insert('deals', { organization_id, title, value, contact_id })
}
