import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LONG, until } from '../../server/test/harness/until.ts'

const FOLDER = fileURLToPath(new URL('../src/webhooks/samples/', import.meta.url))
const SECRET = 'secret-of-the-samples'
const BODY = JSON.stringify({
  event: 'contact.created',
  timestamp: '2025-01-15T10:30:00Z',
  data: { id: '1' },
})

interface Sample {
  file: string
  /** How it is started, and how one sees that its language is there. */
  command: readonly [string, ...string[]]
  probe: readonly [string, ...string[]]
}

const SAMPLES: readonly Sample[] = [
  { file: 'node.mjs', command: [process.execPath, 'node.mjs'], probe: [process.execPath, '--version'] },
  { file: 'python.py', command: ['python3', 'python.py'], probe: ['python3', '--version'] },
  { file: 'go.go', command: ['go', 'run', 'go.go'], probe: ['go', 'version'] },
  { file: 'php.php', command: ['php', '-S', '127.0.0.1:$PORT', 'php.php'], probe: ['php', '--version'] },
  { file: 'ruby.rb', command: ['ruby', 'ruby.rb'], probe: ['ruby', '-e', 'require "webrick"'] },
  { file: 'java.java', command: ['java', 'java.java'], probe: ['java', '--version'] },
]

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The status that the sample answers to a request that is signed with `secret`. */
async function send(port: number, secret: string): Promise<number> {
  const signature = `sha256=${createHmac('sha256', secret).update(BODY).digest('hex')}`
  const response = await fetch(`http://127.0.0.1:${port}/webhook`, {
    method: 'POST',
    body: BODY,
    headers: {
      'content-type': 'application/json',
      'x-webhook-id': 'e-1',
      'x-webhook-event': 'contact.created',
      'x-webhook-timestamp': new Date().toISOString(),
      // As during a rotation: one of them is right.
      'x-webhook-signature': `sha256=${'0'.repeat(64)}, ${signature}`,
    },
  })
  return response.status
}

suite('the sample code', () => {
  for (const { file, command, probe } of SAMPLES) {
    const isThere = spawnSync(probe[0], probe.slice(1)).status === 0
    const skip = isThere ? false : `${probe[0]} is not installed`
    test(`${file} takes what is signed with the secret and nothing else`, { ...LONG, skip }, async () => {
      const port = await freePort()
      const [name, ...rest] = command.map((part) => part.replace('$PORT', String(port)))
      const child = spawn(name!, rest, {
        cwd: FOLDER,
        detached: true,
        env: { ...process.env, PORT: String(port), WEBHOOK_SECRET: SECRET },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let errors = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors += text
      })
      try {
        const accepted = await until(
          `${file} to answer`,
          () => {
            if (child.exitCode !== null) throw new Error(errors)
            return send(port, SECRET).catch(() => undefined)
          },
          // Go compiles the standard library when it is used for the first time.
          LONG.timeout,
        )
        assert.ok(accepted >= 200 && accepted < 300, `answered ${accepted}`)
        assert.equal(await send(port, 'another-secret'), 401)
      } finally {
        // `go run` and `java` start processes of their own.
        process.kill(-child.pid!, 'SIGKILL')
      }
    })
  }
})
