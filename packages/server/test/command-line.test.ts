import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { readKeys } from './harness/asymmetric.ts'
import { ANY_ENGINE } from './harness/databases.ts'
import type { CommandResult } from './harness/run-command.ts'
import { HAS_TERMINAL, startCommand, startInTerminal } from './harness/run-command.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { until } from './harness/until.ts'

onEachEngine(
  'command line',
  (stage) => {
    const connection = (): Record<string, string> => ({
      CONNECTGAIN_URL: stage.server.url,
      CONNECTGAIN_KEY: SERVICE_KEY,
    })
    const run = (...args: string[]): Promise<CommandResult> => startCommand(args, connection()).done
    async function runOk(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await run(...args)
      assert.equal(code, 0, stderr)
      return stdout
    }

    test('the webhooks command creates, lists, tests, disables, enables and deletes a webhook', async () => {
      stage.receiver.reply('/cli', 200)
      const url = `${stage.receiver.url}/cli`
      const created = JSON.parse(
        await runOk(
          'webhooks',
          'create',
          '--name',
          'From the shell',
          '--webhook-url',
          url,
          '--events',
          'contact.created',
          'deal.*',
          '--secret',
          'generate',
          '--json',
        ),
      ) as { id: string; secret: string; events: string[] }
      assert.match(created.secret, /^whsec_/)
      assert.deepEqual(created.events, ['contact.created', 'deal.*'])
      assert.match(await runOk('webhooks', 'list'), /From the shell +healthy +contact\.created deal\.\*/)
      assert.match(await runOk('webhooks', 'test', created.id), /^success {2}200 {2}\d+ ms/)
      await runOk('webhooks', 'disable', created.id)
      assert.match(await runOk('webhooks', 'list'), /From the shell +disabled/)
      await runOk('webhooks', 'enable', created.id)
      assert.match(await runOk('webhooks', 'delete', created.id), /Deleted From the shell/)
    })

    test("an organization can be named by the CRM's own key of it", async () => {
      await stage.server.api.insert('organizations', { name: 'Globex', external_id: '42' })
      const url = ['--webhook-url', `${stage.receiver.url}/globex`]
      const create = ['webhooks', 'create', '--name', 'Of Globex', '--events', 'deal.created', '--inactive']
      await runOk(...create, ...url, '--organization', '42')
      assert.match(
        await runOk('webhooks', 'list', '--organization', '42'),
        /EVENTS +URL\n.*Of Globex[^\n]*\n$/,
      )
      const unknown = await run('webhooks', 'list', '--organization', '43')
      assert.deepEqual([unknown.code, /no organization has the key 43/.test(unknown.stderr)], [1, true])
      // Other tests have one organization, which need not be named.
      const { status, body } = await stage.server.api.request('DELETE', 'organizations?external_id=eq.42')
      assert.equal(status, 204, JSON.stringify(body))
    })

    test('webhooks create --signature-type ed25519 prints the public key and where all are', async () => {
      const create = ['webhooks', 'create', '--name', 'Keys', '--events', 'deal.created', '--inactive']
      const url = ['--webhook-url', `${stage.receiver.url}/keys`]
      const text = await runOk(...create, ...url, '--signature-type', 'ed25519')
      const [key] = await readKeys(stage.server.api, stage.organizationId)
      assert.ok(text.includes(`Public key: ${key!.public_key}`), text)
      const printed = /All public keys: (\S+)/.exec(text)?.[1] ?? ''
      const keySet = (await (await fetch(printed)).json()) as { keys: { kid: string }[] }
      assert.equal(keySet.keys[0]?.kid, key!.id)
      const wrong = await run(...create, ...url, '--signature-type', 'rsa')
      assert.equal(wrong.code, 2)
      assert.match(wrong.stderr, /hmac, ed25519/)
    })

    test('webhooks test explains a failed attempt and exits with 1', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
      stage.receiver.reply(path, 404)
      const { code, stdout } = await run('webhooks', 'test', id)
      assert.equal(code, 1)
      assert.match(stdout, /failed {2}404[^]*the endpoint returned 404[^]*Check the path/)
    })

    test('trigger --wait emits the example of an event type and prints the outcome', async () => {
      const { id, path } = await createWebhook(stage, { events: ['contact.assigned'] })
      const text = await runOk('trigger', 'contact.assigned', '--wait')
      assert.match(text, new RegExp(`${id} +delivered +200`))
      const [request] = await stage.receiver.received(path, 1)
      const { data } = JSON.parse(request!.body) as {
        data: { organization_id: string; first_name: string }
      }
      assert.equal(data.organization_id, stage.organizationId)
      assert.equal(data.first_name, 'John')
    })

    test('trigger --data - emits an event with data from the standard input', async () => {
      const { path } = await createWebhook(stage, { events: ['deal.updated'] })
      const running = startCommand(['trigger', 'deal.updated', '--data', '-', '--wait'], connection())
      running.child.stdin?.end('{"title": "from a pipe"}')
      assert.equal((await running.done).code, 0)
      const [request] = await stage.receiver.received(path, 1)
      assert.match(request!.body, /"data":{"title": ?"from a pipe"}/)
    })

    test('trigger refuses an unknown event type and lists the known ones', async () => {
      const { code, stderr } = await run('trigger', 'contact.exploded')
      assert.equal(code, 1)
      assert.match(stderr, /no event type is called contact\.exploded[^]*contact\.created/)
    })

    test('logs prints the filtered log as a table, or with --json as one row per line', async () => {
      const { id } = await createWebhook(stage, { events: ['deal.assigned'] })
      await runOk('trigger', 'deal.assigned', '--wait')
      assert.match(await runOk('logs', '--webhook', id), /TIME +STATUS[^]*success +200/)
      const lines = (await runOk('logs', '--webhook', id, '--json')).trim().split('\n')
      assert.deepEqual(
        lines.map((line) => (JSON.parse(line) as { event: string }).event),
        ['deal.assigned'],
      )
      assert.match(await runOk('logs', '--webhook', id, '--status', 'failed'), /No attempts match/)
    })

    test('logs --follow prints new rows until it is interrupted', async (context) => {
      const { id } = await createWebhook(stage, { events: ['conversation.created'] })
      const following = startCommand(['logs', '--follow', '--webhook', id, '--json'], connection())
      context.after(() => following.child.kill('SIGKILL'))
      const rows = (): number =>
        following
          .output()
          .split('\n')
          .filter((line) => line.startsWith('{')).length
      // It does not print attempts from before it listens.
      await until('the first row to be printed', async () => {
        await runOk('trigger', 'conversation.created', '--wait')
        return rows() > 0
      })
      const known = rows()
      await runOk('trigger', 'conversation.created', '--wait')
      await until('the next row to be printed', () => rows() > known)
      following.child.kill('SIGINT')
      assert.equal((await following.done).code, 0)
    })

    test('retry sends one delivery again, and retry --failed counts and sends all failed ones', async () => {
      const { id, path } = await createWebhook(stage, { events: ['message.read'] })
      stage.receiver.reply(path, 500, 500, 500, 500, 200, 200)
      await runOk('trigger', 'message.read')
      const [delivery] = await stage.server.api.rows<{ id: string }>(
        `webhook_deliveries?webhook_id=${id}&status=failed`,
        1,
      )
      assert.equal((await run('retry', delivery!.id)).code, 1)
      assert.match(await runOk('retry', '--failed', id, '--dry-run'), /1 would be sent/)
      assert.match(await runOk('retry', '--failed', id), /1 of 1 queued: completed/)
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, 1)
    })

    test('the keys command creates, lists and revokes an API key', async () => {
      const created = await runOk('keys', 'create', '--name', 'CI', '--scope', 'emit')
      const [, id] = /([0-9a-f-]{36})/.exec(created)!
      assert.match(created, /Key, shown only once: cgw_/)
      assert.match(await runOk('keys', 'list'), /CI +emit[^]*in use/)
      await runOk('keys', 'revoke', id!)
      assert.match(await runOk('keys', 'list'), /CI +emit[^]*revoked/)
    })

    test('doctor runs every check and says how to fix a problem', async () => {
      const { id, path } = await createWebhook(stage, { events: ['broadcast.response'] })
      const { stdout } = await run('doctor')
      for (const check of ['server', 'clock', 'database', 'key', 'queue', 'capture'])
        assert.match(stdout, new RegExp(`✓ ${check}:`), stdout)
      stage.receiver.reply(path, 410)
      await runOk('trigger', 'broadcast.response')
      await until('the webhook to be disabled', async () => {
        const [webhook] = await stage.server.api.get<{ is_active: boolean }>(
          `webhook_configurations?id=eq.${id}`,
        )
        return webhook?.is_active === false
      })
      assert.match((await run('doctor')).stdout, /was disabled: the endpoint returned 410 Gone\n {2}→ /)
    })

    test('doctor reports a server that it cannot reach and exits with 1', async () => {
      const { code, stdout } = await startCommand(['doctor', '--json'], {
        CONNECTGAIN_URL: 'http://127.0.0.1:9',
        CONNECTGAIN_KEY: 'x',
      }).done
      assert.equal(code, 1)
      const { findings } = JSON.parse(stdout) as { findings: { check: string; status: string }[] }
      assert.deepEqual(
        findings.map(({ check, status }) => [check, status]),
        [['server', 'problem']],
      )
    })

    test('a command with a wrong key prints an error without a stack trace and exits with 1', async () => {
      const { code, stderr } = await startCommand(['webhooks', 'list', '--key', 'wrong'], connection()).done
      assert.equal(code, 1)
      assert.doesNotMatch(stderr, /wrong\n|at .*\.ts/)
      assert.match(stderr, /^error: /)
    })

    test('a command with an invalid CONNECTGAIN_URL says so and exits with 2', async () => {
      const { code, stderr } = await startCommand(['logs'], { ...connection(), CONNECTGAIN_URL: 'nowhere' })
        .done
      assert.deepEqual([code, stderr], [2, 'CONNECTGAIN_URL: Must be a URL such as http://localhost:4600.\n'])
    })

    for (const args of [
      ['webhooks', 'create'],
      ['retry'],
      ['retry', '--missed', 'x'],
      ['keys', 'create', '--name', 'a', '--scope', 'root'],
      ['logs', '--limit', 'many'],
      ['trigger', 'deal.updated', '--data', '{'],
      ['nothing'],
      ['webhooks', 'list', '--url', 'nowhere'],
    ]) {
      test(`the invalid command "${args.join(' ')}" prints an error and exits with 2`, async () => {
        const { code, stderr } = await run(...args)
        assert.equal(code, 2, stderr)
        assert.match(stderr, /error: /)
      })
    }

    test('the help and the shell completions list every command', async () => {
      const commands = [
        'serve',
        'migrate',
        'webhooks',
        'logs',
        'trigger',
        'retry',
        'keys',
        'listen',
        'doctor',
      ]
      const asJson = JSON.parse(await runOk('completion', 'bash', '--json')) as { script: string }
      const [help, bash, fish] = await Promise.all([
        runOk('--help'),
        runOk('completion', 'bash'),
        runOk('completion', 'fish'),
      ])
      assert.equal(`${asJson.script}\n`, bash)
      for (const command of commands)
        for (const text of [help, bash, fish]) assert.match(text, new RegExp(`\\b${command}\\b`))
      assert.match(await runOk('webhooks', 'create', '--help'), /Usage: connectgain-webhooks webhooks create/)
    })

    test('a command ends quietly when its reader does not wait for all of its output, as head does', async () => {
      const { child, done } = startCommand(['completion', 'bash'])
      child.stdout!.destroy()
      const { code, stderr } = await done
      assert.deepEqual([code, stderr], [0, ''])
    })

    test(
      'output has colours only in a terminal, where rows are cut to its width',
      { skip: !HAS_TERMINAL },
      async () => {
        await createWebhook(stage, {
          name: 'Wide',
          url: `${stage.receiver.url}/${'x'.repeat(400)}`,
          is_active: false,
        })
        const { stdout } = await startInTerminal(['webhooks', 'list'], connection()).done
        assert.notEqual(stripVTControlCharacters(stdout), stdout)
        assert.doesNotMatch(stdout, /x{100}/)
        assert.match(stdout, /…/)
        const plain = await startInTerminal(['webhooks', 'list'], { ...connection(), NO_COLOR: '1' }).done
        assert.equal(stripVTControlCharacters(plain.stdout), plain.stdout)
        const piped = await runOk('webhooks', 'list')
        assert.equal(stripVTControlCharacters(piped), piped)
      },
    )
  },
  { engines: [ANY_ENGINE] },
)
