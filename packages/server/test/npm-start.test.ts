import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { copyPgliteTemplate } from './harness/pglite-template.ts'
import { COMPILE_CACHE } from './harness/server-process.ts'
import { until } from './harness/until.ts'

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url))
const SHIM = join(REPOSITORY, 'packages/server/bin/connectgain-webhooks.js')
const NO_PROC = process.platform === 'linux' ? false : 'it looks the process up in /proc'
/** Makes any Node look like one that does not run TypeScript. */
const AS_OLD_NODE = '--no-experimental-strip-types'

interface Tree {
  child: ChildProcess
  /** The address that the server printed. */
  url: string
  output(): string
  /** Resolves when every process that holds the output has ended: the server is the last of them. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

suite('the server, started by another process', () => {
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
      // A group of its own, so that a failed test leaves nothing behind.
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
    const url = await until(
      'the server to say where it is',
      () => /Page +(http:\/\/[^/]+)/.exec(printed)?.[1],
    )
    return { child, url, output: () => printed, ended }
  }

  test('stops in order, once, after Ctrl+C in the terminal of npm start', async () => {
    const { child, output, ended } = await start('npm', 'start')
    process.kill(-child.pid!, 'SIGINT')
    await ended
    assert.equal(output().split('"msg":"stopped"').length, 2)
  })

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`stops in order after a ${signal} to npm start`, async () => {
      const { child, url, output, ended } = await start('npm', 'start')
      child.kill(signal)
      await ended
      assert.match(output(), /"msg":"stopped"/)
      await assert.rejects(fetch(`${url}/health/live`))
    })
  }

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`stops in order after a ${signal} to npm run cli -- serve`, async () => {
      const { child, output, ended } = await start('npm', 'run', 'cli', '--', 'serve')
      child.kill(signal)
      await ended
      assert.match(output(), /"msg":"stopped"/)
    })
  }

  test('goes on when a shell that started it in the background has ended', async () => {
    const command = `"${process.execPath}" packages/server/src/main.ts & echo "pid $!"`
    const { url, output } = await start('sh', '-c', command)
    assert.equal((await fetch(`${url}/health/live`)).status, 200)
    process.kill(Number(/pid (\d+)/.exec(output())?.[1]), 'SIGTERM')
    await until('it to stop', () => output().includes('"msg":"stopped"'))
  })

  suite('when an older Node hands over to the one of the repository', () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      test(`a ${signal} reaches the server, and its exit code comes back`, async () => {
        const { child, output, ended } = await start(process.execPath, AS_OLD_NODE, SHIM, 'serve')
        child.kill(signal)
        assert.deepEqual(await ended, { code: 0, signal: null })
        assert.match(output(), /"msg":"stopped"/)
      })
    }

    test('a SIGKILL of the older one stops the server in order', async () => {
      const { child, output, ended } = await start(process.execPath, AS_OLD_NODE, SHIM, 'serve')
      child.kill('SIGKILL')
      await ended
      assert.match(output(), /"msg":"stopped"/)
    })

    test('a SIGKILL of the server is reported as the exit code 137', { skip: NO_PROC }, async () => {
      const { child, ended } = await start(process.execPath, AS_OLD_NODE, SHIM, 'serve')
      process.kill(childOf(child.pid!), 'SIGKILL')
      assert.deepEqual(await ended, { code: 137, signal: null })
    })

    test('a wrong use exits with 2', async () => {
      const child = spawn(process.execPath, [AS_OLD_NODE, SHIM, 'serve', '--nonsense'], { stdio: 'ignore' })
      const code = await new Promise((resolve) => child.once('exit', resolve))
      assert.equal(code, 2)
    })
  })
})

function childOf(parent: number): number {
  const isChild = (pid: string): boolean => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(parent)
    } catch {
      return false
    }
  }
  return Number(readdirSync('/proc').find((name) => /^\d+$/.test(name) && isChild(name)))
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}
