import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import { readKeys, verifiedBy } from './harness/asymmetric.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { CommandResult } from './harness/run-command.ts'
import { startCommand } from './harness/run-command.ts'
import type { Settings } from './harness/server-process.ts'
import { ENCRYPTION_KEY } from './harness/server-process.ts'

const NEW_KEY = Buffer.alloc(32, 9).toString('base64')
const SECRET = 'a-secret-to-be-sealed-again'

interface Printed {
  dry_run: boolean
  rows: Record<string, number>
  unreadable: unknown[]
  refused: unknown[]
}

const reencrypt = (settings: Settings, ...args: string[]): Promise<CommandResult> =>
  startCommand(['reencrypt', ...args], { DATABASE_URL: '', ...settings }).done

onEachEngine(
  'command reencrypt',
  (stage) => {
    const deliver = async (path: string, count: number): Promise<void> => {
      await stage.server.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.created',
        data: {},
      })
      const { body, headers } = (await stage.receiver.received(path, count))[count - 1]!
      await verifyWebhook({ body, headers, secret: SECRET })
    }

    test('the old encryption key can be removed after reencrypt, which runs beside a node on PostgreSQL', async () => {
      const { path } = await createWebhook(stage, { events: ['deal.created'], secret: SECRET })
      const repeat = async () =>
        await stage.server.api.request<{ key: string }[]>(
          'POST',
          'api_keys',
          { organization_id: stage.organizationId, name: 'Kept', scope: 'emit' },
          { 'idempotency-key': 'kept', prefer: 'return=representation' },
        )
      const kept = await repeat()
      const asymmetric = await createWebhook(stage, {
        events: ['deal.created'],
        signature_type: 'ed25519',
      })
      await deliver(path, 1)
      const both = { ...stage.site.settings, ENCRYPTION_KEYS: `${NEW_KEY},${ENCRYPTION_KEY}` }
      const run = async (...args: string[]): Promise<Printed> => {
        const { code, stdout, stderr } = await reencrypt(both, '--json', ...args)
        assert.equal(code, 0, stderr)
        return JSON.parse(stdout) as Printed
      }
      await stage.server.stop()
      if (stage.engine === 'postgresql') {
        stage.server = await stage.site.start({ ENCRYPTION_KEYS: both.ENCRYPTION_KEYS })
      }
      const wanted = {
        webhook_configurations: 1,
        webhook_signing_keys: 1,
        webhook_sources: 0,
        repeated_calls: 1,
      }
      const dry = await run('--dry-run')
      assert.deepEqual([dry.dry_run, dry.rows, dry.unreadable], [true, wanted, []])
      assert.deepEqual((await run()).rows, wanted)
      assert.deepEqual((await run()).rows, {
        webhook_configurations: 0,
        webhook_signing_keys: 0,
        webhook_sources: 0,
        repeated_calls: 0,
      })
      if (stage.engine === 'postgresql') {
        await deliver(path, 2)
        await stage.server.stop()
      }
      stage.server = await stage.site.start({ ENCRYPTION_KEYS: NEW_KEY })
      const deliveries = stage.engine === 'postgresql' ? 3 : 2
      await deliver(path, deliveries)
      const [key] = await readKeys(stage.server.api, stage.organizationId)
      for (const request of await stage.receiver.received(asymmetric.path, deliveries))
        assert.deepEqual(verifiedBy(key!.public_key, request), [true])
      assert.deepEqual((await repeat()).body, kept.body)
    })

    test('reencrypt fails and names the setting if the key of a stored secret is missing', async () => {
      const settings = { ...stage.site.settings, ENCRYPTION_KEYS: ENCRYPTION_KEY }
      if (stage.engine === 'pglite') await stage.server.stop()
      const { code, stdout, stderr } = await reencrypt(settings)
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /ENCRYPTION_KEYS: stored secrets are encrypted with a key that is missing/)
    })
  },
  { settings: { ENCRYPTION_KEYS: ENCRYPTION_KEY } },
)
