import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ServerProcess, ServerSite } from '../../server/test/harness/server-process.ts'
import { createSite } from '../../server/test/harness/server-process.ts'
import { LONG, until } from '../../server/test/harness/until.ts'

const FOLDER = fileURLToPath(new URL('../../../examples/', import.meta.url))
const SECRET = 'secret-of-the-samples'

interface Sample {
  file: string
  /** Starts the example, and checks that its language is installed; without them, it is only tested manually. */
  command?: readonly [string, ...string[]]
  probe?: readonly [string, ...string[]]
}

const node = (file: string): Sample => ({
  file,
  command: [process.execPath, file],
  probe: [process.execPath, '--version'],
})

const SAMPLES: readonly Sample[] = [
  node('node.mjs'),
  node('node-crypto.mjs'),
  { file: 'python.py', command: ['python3', 'python.py'], probe: ['python3', '--version'] },
  { file: 'go.go', command: ['go', 'run', 'go.go'], probe: ['go', 'version'] },
  { file: 'php.php', command: ['php', '-S', '127.0.0.1:$PORT', 'php.php'], probe: ['php', '--version'] },
  { file: 'ruby.rb', command: ['ruby', 'ruby.rb'], probe: ['ruby', '-e', 'require "webrick"'] },
  { file: 'java.java', command: ['java', 'java.java'], probe: ['java', '--version'] },
  { file: 'csharp.cs' },
]

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function start({ file, command }: Sample, port: number): { child: ChildProcess; errors: () => string } {
  const [name, ...rest] = (command ?? [file]).map((part) => part.replace('$PORT', String(port)))
  const child = spawn(name!, rest, {
    cwd: FOLDER,
    detached: true,
    // Go compiles its standard library; without optimizations that takes less time.
    env: { ...process.env, PORT: String(port), WEBHOOK_SECRET: SECRET, GOFLAGS: '-gcflags=all=-l' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  return { child, errors: () => errors }
}

suite('examples', () => {
  let site: ServerSite
  let server: ServerProcess
  let organizationId: string
  before(async () => {
    site = createSite(undefined)
    server = await site.start()
    organizationId = (await server.api.insert<{ id: string }>('organizations', { name: 'Acme' })).id
  })
  after(() => site.close())

  /** Sends a test signed with `secret` to an example and returns the status of its response. */
  async function send(port: number, secret: string): Promise<number | null> {
    const { id } = await server.api.insert<{ id: string }>('webhook_configurations', {
      organization_id: organizationId,
      name: 'Example',
      url: `http://127.0.0.1:${port}/webhook`,
      events: ['contact.created'],
      secret,
    })
    const { body } = await server.api.rpc<{ response_code: number | null }>('test_webhook', {
      webhook_id: id,
    })
    return body.response_code
  }

  const isListening = async (port: number): Promise<boolean> =>
    await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    )

  for (const sample of SAMPLES) {
    const { file, probe } = sample
    const isThere = probe !== undefined && spawnSync(probe[0], probe.slice(1)).status === 0
    const skip = isThere ? false : `${probe?.[0] ?? 'dotnet'} is not installed`
    test(
      `${file} accepts a request signed with its secret and refuses another one`,
      { ...LONG, skip },
      async () => {
        const port = await freePort()
        const { child, errors } = start(sample, port)
        try {
          await until(
            `${file} to listen`,
            () => {
              if (child.exitCode !== null) throw new Error(errors())
              return isListening(port)
            },
            LONG.timeout,
          )
          assert.equal(await send(port, SECRET), 204)
          assert.equal(await send(port, 'another-secret'), 401)
        } finally {
          // `go run` and `java` start processes of their own.
          process.kill(-child.pid!, 'SIGKILL')
        }
      },
    )
  }

  test('every example is listed in this file', () => {
    const known = new Set(SAMPLES.map(({ file }) => file))
    assert.deepEqual(
      readdirSync(FOLDER, { withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'README.md' && !known.has(entry.name))
        .map(({ name }) => name),
      [],
    )
  })
})
