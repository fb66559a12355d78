import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CLIENT_CASES } from './client-cases.ts'
import { useKeptFolder } from './kept-folders.ts'
import { onEachEngine } from './on-each-engine.ts'
import type { Stage } from './on-each-engine.ts'
import { SERVICE_KEY } from './server-process.ts'
import { SAMPLES, alterDatabase } from './supabase.ts'

/** The programs in packages/server/test/clients, each in the folder of its language. */
export type Language = 'python' | 'go' | 'rust'

type Environment = Record<string, string>

interface Program {
  command: string
  args: readonly string[]
}

/** Downloading and compiling, all together. A file of tests has three minutes, and compiling for Rust can take as long. */
const INSTALL_MS = 130_000
const CALLS_MS = 60_000

/** Compiled clients are kept between runs, beside the tools of other tests. */
const KEPT = join(homedir(), '.cache/connectgain-test-clients')

interface Place {
  source: string
  folder: string
  /** Runs a program within the time of the whole installation. */
  run(command: string, args: readonly string[], options?: { cwd?: string; env?: Environment }): Promise<void>
}

/** How a program is installed into a folder, with the clients that its files pin, and started from there. */
const INSTALLS: Readonly<Record<Language, (place: Place) => Promise<Program>>> = {
  async python({ source, folder, run }) {
    if (!existsSync(folder)) await fillFolder(folder, (empty) => installPython(source, empty, run))
    return { command: join(folder, 'bin', 'python'), args: [join(source, 'main.py')] }
  },
  async go({ source, folder, run }) {
    const program = join(folder, 'program')
    // Modules that can be removed with the folder.
    const env = {
      GOPATH: join(folder, 'path'),
      GOCACHE: join(folder, 'cache'),
      GOFLAGS: '-modcacherw -mod=readonly',
    }
    await run('go', ['build', '-o', program, '.'], { cwd: source, env })
    return { command: program, args: [] }
  },
  async rust({ source, folder, run }) {
    await run('cargo', ['build', '--quiet', '--locked'], { cwd: source, env: { CARGO_TARGET_DIR: folder } })
    return { command: join(folder, 'debug', 'connectgain-clients'), args: [] }
  },
}

async function installPython(source: string, folder: string, run: Place['run']): Promise<void> {
  await run('python3', ['-m', 'venv', folder])
  const requirements = join(source, 'requirements.txt')
  await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements])
}

/** Fills a new folder and then gives it its name, so that runs at the same time never see half of it. */
async function fillFolder(folder: string, fill: (empty: string) => Promise<void>): Promise<void> {
  const empty = `${folder}-${process.pid}`
  try {
    await fill(empty)
    renameSync(empty, folder)
  } catch (error) {
    rmSync(empty, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

const TOOLS = { python: 'python3', go: 'go', rust: 'cargo' } as const
const VERSION = { python: '--version', go: 'version', rust: '--version' } as const
const LOCKS = { python: 'requirements.txt', go: 'go.sum', rust: 'Cargo.lock' } as const

const CANNOT_BE_INSTALLED: readonly [RegExp, string][] = [
  [
    /ENOTFOUND|Temporary failure in name resolution|no such host|Could not resolve|Failed to establish a new connection|dial tcp|spurious network error|No matching distribution/,
    'cannot be downloaded',
  ],
  [/ensurepip is not available|No module named (?:venv|pip)/, 'needs a Python with venv and pip'],
  [/was stopped after/, 'takes too long to compile here; another run goes on where this one stopped'],
]

/** Installs the program of a language; a text says why that cannot be done here. */
async function installClient(language: Language): Promise<Program | string> {
  const tool = TOOLS[language]
  if (spawnSync(tool, [VERSION[language]]).status !== 0) return `${tool} is not installed`
  const source = fileURLToPath(new URL(`../clients/${language}`, import.meta.url))
  const lock = createHash('sha256').update(readFileSync(join(source, LOCKS[language])))
  const name = `${language}-${lock.digest('hex').slice(0, 16)}`
  const folder = join(KEPT, name)
  mkdirSync(KEPT, { recursive: true })
  const end = performance.now() + INSTALL_MS
  try {
    const program = await INSTALLS[language]({
      source,
      folder,
      run: async (command, args, options) => {
        await runWithin(end - performance.now(), command, args, options)
      },
    })
    useKeptFolder(KEPT, name)
    return program
  } catch (error) {
    const { message } = error as Error
    const reason = CANNOT_BE_INSTALLED.find(([pattern]) => pattern.test(message))?.[1]
    if (reason === undefined) throw error
    return `the client for ${language} ${reason}`
  }
}

/** Runs a program against the stage's server, for one organization; returns what came of each of its calls. */
async function callWith({ command, args }: Program, stage: Stage): Promise<Record<string, unknown>> {
  const printed = await runWithin(CALLS_MS, command, args, {
    env: {
      API_URL: `${stage.server.url}/rest/v1`,
      API_KEY: SERVICE_KEY,
      ORGANIZATION: stage.organizationId,
    },
  })
  return JSON.parse(printed) as Record<string, unknown>
}

async function runWithin(
  milliseconds: number,
  command: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: Environment } = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: Math.max(Math.ceil(milliseconds), 1),
  })
  let [printed, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    // What it started may keep the pipes open.
    child.once('error', reject).once('exit', (_, signal) => {
      if (signal === 'SIGTERM') reject(new Error(`${command} was stopped after its time`))
    })
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${errors.slice(-4_000)}`)
  return printed
}

/** Calls every method of the client for a language, on each engine. */
export function testClient(language: Language, name: string): void {
  let installed: Promise<Program | string> | undefined
  onEachEngine(`the client for ${name}`, (stage) => {
    let program: Program | string
    before(
      async () => {
        installed ??= installClient(language)
        program = await installed
        if (typeof program !== 'string') await storeRows(stage)
      },
      { timeout: INSTALL_MS + CALLS_MS },
    )

    test(`every call of the PostgREST client for ${name} gives what it gives with PostgREST`, async (context) => {
      if (typeof program === 'string') return context.skip(program)
      const results = await callWith(program, stage)
      const expected = Object.keys(results).map((call) => [call, CLIENT_CASES[call]])
      assert.deepEqual(results, Object.fromEntries(expected))
      assert.ok(expected.length > 50)
    })
  })
}

/** The rows that the programs ask for. */
async function storeRows(stage: Stage): Promise<void> {
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
