import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import { onEachEngine } from './harness/on-each-engine.ts'
import type { CommandResult } from './harness/run-command.ts'
import { startCommand } from './harness/run-command.ts'
import { SERVICE_KEY } from './harness/server-process.ts'

onEachEngine(
  'shapes on the command line',
  (stage) => {
    const run = (...args: string[]): Promise<CommandResult> =>
      startCommand(args, { CONNECTGAIN_URL: stage.server.url, CONNECTGAIN_KEY: SERVICE_KEY }).done
    async function runOk(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await run(...args)
      assert.equal(code, 0, stderr)
      return stdout
    }

    test('the webhooks command sets a format, a payload and a transform, and previews what is sent', async () => {
      const file = join(mkdtempSync(join(tmpdir(), 'transform-')), 'transform.js')
      writeFileSync(file, 'export default (event) => event.data.value ?? event.nothing.name\n')
      const create = ['webhooks', 'create', '--name', 'Shaped', '--events', 'deal.created', '--inactive']
      const url = ['--webhook-url', `${stage.receiver.url}/shaped`]
      const { id } = JSON.parse(await runOk(...create, ...url, '--transform', file, '--json')) as {
        id: string
      }
      const preview = ['webhooks', 'preview', id, '--event']
      assert.equal(await runOk(...preview, 'deal.created'), '1200\n')
      const failed = await run(...preview, 'contact.created')
      assert.deepEqual(
        [failed.code, failed.stdout],
        [1, "line 1, column 60: TypeError: cannot read property 'name' of undefined\n"],
      )
      await runOk('webhooks', 'update', id, '--format', 'cloudevents', '--payload', 'thin')
      assert.match(
        await runOk(...preview, 'deal.stage.changed'),
        /^Content-Type: application\/cloudevents\+json\n\{.*"changed":\["stage"\]\}\}\n$/,
      )
      assert.match(
        await runOk(...preview, 'deal.created', '--format', 'slack', '--payload', 'full'),
        /New deal/,
      )
      const wrong = await run('webhooks', 'update', id, '--format', 'teams')
      assert.equal(wrong.code, 1)
      assert.match(wrong.stderr, /cannot be thin with the format teams/)
      await runOk('webhooks', 'delete', id)
    })

    test('what is wrong with an argument is said once', async () => {
      const { code, stderr } = await run('webhooks', 'preview', 'x')
      assert.deepEqual([code, stderr], [1, 'error: webhook_id: must be the UUID of a webhook\n'])
    })
  },
  { engines: [ANY_ENGINE] },
)
