import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { ANY_ENGINE } from './harness/databases.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { startCommand } from './harness/run-command.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { noteWritten } from './harness/witness/notebook.ts'

const PROGRAM = fileURLToPath(new URL('../bin/connectgain-webhooks.js', import.meta.url))
const READING = ['explain_failures', 'list_recent_failures', 'list_webhooks', 'show_checkup', 'show_delivery']
const WRITING = ['check_endpoint', 'retry_delivery', 'retry_failed', 'test_webhook']
const NOBODY = '0190a000-0000-7000-8000-00000000dead'

interface Called {
  isError: boolean
  text: string
  /** The parsed result. */
  json: Record<string, unknown>
}

onEachEngine(
  'the Model Context Protocol',
  (stage) => {
    let reading: Client
    let writing: Client

    /** An assistant with the SDK's own client, over the real command. */
    async function connect(args: readonly string[] = [], key = SERVICE_KEY): Promise<Client> {
      const client = new Client({ name: 'assistant', version: '1.0.0' })
      await client.connect(
        new StdioClientTransport({
          command: process.execPath,
          args: [PROGRAM, 'mcp', ...args],
          env: { PATH: process.env['PATH'] ?? '', CONNECTGAIN_URL: stage.server.url, CONNECTGAIN_KEY: key },
        }),
      )
      return client
    }
    before(async () => {
      ;[reading, writing] = [await connect(), await connect(['--write'])]
    })
    after(async () => {
      await Promise.all([reading.close(), writing.close()])
    })

    async function call(client: Client, name: string, given: object = {}): Promise<Called> {
      const result = await client.callTool({ name, arguments: { ...given } })
      const [content] = result.content
      assert.ok(content?.type === 'text')
      noteWritten(`the result of ${name}`, content.text)
      const isError = result.isError === true
      return {
        isError,
        text: content.text,
        json: isError ? {} : (JSON.parse(content.text) as Called['json']),
      }
    }
    const namesOf = async (client: Client): Promise<string[]> =>
      (await client.listTools()).tools.map(({ name }) => name).sort()

    async function fail(fields: object = {}): Promise<{ webhook: string; delivery: string; path: string }> {
      const { id, path } = await createWebhook(stage, { events: ['deal.created'], ...fields })
      stage.receiver.reply(path, (response) =>
        response.writeHead(404).end('no such hook; you sent Authorization: Bearer abcdefghijklmnopqrst'),
      )
      await stage.server.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.created',
        data: { id: 'd-1' },
      })
      const [delivery] = await stage.server.api.rows<{ id: string }>(
        `webhook_deliveries?webhook_id=eq.${id}&status=eq.failed`,
        1,
      )
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { events: ['deal.updated'] })
      return { webhook: id, delivery: delivery!.id, path }
    }

    test('an assistant is offered tools that only read, and with --write also those that send', async () => {
      assert.deepEqual(await namesOf(reading), READING)
      assert.deepEqual(await namesOf(writing), [...READING, ...WRITING].sort())
      const { tools } = await writing.listTools()
      const hinted = tools.filter(({ annotations }) => annotations?.readOnlyHint === true)
      assert.deepEqual(hinted.map(({ name }) => name).sort(), READING)
    })

    test('the guide describes exactly these tools', () => {
      const guide = readFileSync(new URL('../../../docs/mcp.md', import.meta.url), 'utf8')
      const [reads = '', writes = ''] = guide.split('Only with `--write`')
      const listed = (part: string): string[] =>
        [...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name).sort()
      assert.deepEqual([listed(reads), listed(writes)], [READING, WRITING])
    })

    test('without --write, a tool that sends cannot be called either', async () => {
      const { id } = await createWebhook(stage, { events: ['deal.created'] })
      const refused = await call(reading, 'test_webhook', { webhook_id: id }).then(
        ({ isError }) => isError,
        () => true,
      )
      assert.equal(refused, true)
    })

    test('list_webhooks shows health and traffic, and masks what a URL may hide in its query', async () => {
      const { id, path } = await createWebhook(stage, {
        events: ['contact.created'],
        url: `${stage.receiver.url}/masked?token=a-secret-of-the-endpoint`,
        secret: 'never-shown-secret',
        headers: { 'X-Api-Key': 'never-shown-header' },
      })
      assert.ok(path)
      const { json, text } = await call(reading, 'list_webhooks', { limit: 50 })
      const webhook = (json['webhooks'] as Record<string, unknown>[]).find((each) => each['id'] === id)
      assert.deepEqual(
        [webhook?.['health'], webhook?.['failed_24h'], webhook?.['waiting']],
        ['healthy', 0, 0],
      )
      assert.equal(webhook?.['url'], `${stage.receiver.url}/masked?token=••••••`)
      assert.doesNotMatch(text, /never-shown|a-secret-of/)
    })

    test('explain_failures groups failed attempts by cause, with a diagnosis and an example', async () => {
      const { webhook, delivery } = await fail()
      const { json } = await call(reading, 'explain_failures', { webhook_id: webhook })
      const [cause] = json['causes'] as Record<string, unknown>[]
      assert.equal(cause?.['error_message'], 'the endpoint returned 404')
      assert.equal(cause?.['example_delivery_id'], delivery)
      assert.match(String(cause?.['diagnosis']), /path/)
      assert.deepEqual(json['last_success_at'], 'none in the log')
      assert.equal((json['deliveries_of_7_days'] as Record<string, number>)['failed'], 1)
    })

    test('show_delivery shows each attempt with its response, in which credentials are masked', async () => {
      const { delivery } = await fail()
      const { json, text } = await call(reading, 'show_delivery', { delivery_id: delivery })
      const attempts = json['attempts'] as Record<string, unknown>[]
      assert.ok(attempts.length > 0)
      assert.equal(attempts[0]?.['response_code'], 404)
      assert.match(text, /you sent Authorization: Bearer ••••••/)
    })

    test('list_recent_failures lists the latest first, as many as wanted', async () => {
      const { webhook } = await fail()
      const { json } = await call(reading, 'list_recent_failures', { webhook_id: webhook, limit: 2 })
      const failures = json['failures'] as { created_at: string; webhook_id: string }[]
      assert.equal(failures.length, 2)
      assert.ok(failures[0]!.created_at >= failures[1]!.created_at)
    })

    test('check_endpoint and show_checkup tell how an endpoint takes its requests', async () => {
      const { id } = await createWebhook(stage, { events: ['deal.created'] })
      const never = await call(reading, 'show_checkup', { webhook_id: id })
      assert.equal(never.json['checkup'], 'This endpoint was never checked.')
      const checked = await call(writing, 'check_endpoint', { webhook_id: id })
      const { json } = await call(reading, 'show_checkup', { webhook_id: id })
      const checkup = json['checkup'] as Record<string, unknown>
      assert.equal(checkup['status'], 'warn')
      assert.deepEqual(checkup['checks'], checked.json['checks'])
    })

    test('retry_delivery and test_webhook send, and retry_failed only counts unless told otherwise', async () => {
      const { webhook, delivery, path } = await fail()
      const counted = await call(writing, 'retry_failed', { webhook_id: webhook })
      assert.deepEqual([counted.json['matched'], counted.json['queued']], [1, 0])
      stage.receiver.reply(path, 200)
      const retried = await call(writing, 'retry_delivery', { delivery_id: delivery })
      assert.deepEqual([retried.json['status'], retried.json['response_code']], ['success', 200])
      const tested = await call(writing, 'test_webhook', { webhook_id: webhook, event: 'deal.created' })
      assert.deepEqual([tested.json['status'], 'request' in tested.json], ['success', false])
    })

    test('what does not exist or is not valid is told in words, as an error of the tool', async () => {
      const missing = await call(reading, 'explain_failures', { webhook_id: NOBODY })
      assert.deepEqual([missing.isError, missing.text], [true, `no webhook has the id ${NOBODY}`])
      const since = await call(reading, 'list_recent_failures', { since: 'yesterday' })
      assert.deepEqual([since.isError, /such as 2h or 3d/.test(since.text)], [true, true])
    })

    test('a key of an organization shows only what is its own', async () => {
      const other = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Globex' })
      const { key } = await stage.server.api.insert<{ key: string }>('api_keys', {
        organization_id: other.id,
        name: 'Support',
        scope: 'read',
      })
      const client = await connect([], key)
      const { json } = await call(client, 'list_webhooks')
      await client.close()
      assert.deepEqual(json, { webhooks: [] })
    })

    test('the command prints nothing but the protocol, and ends when the assistant closes its input', async () => {
      const { child, done } = startCommand(['mcp'], {
        CONNECTGAIN_URL: stage.server.url,
        CONNECTGAIN_KEY: SERVICE_KEY,
      })
      child.stdin?.end()
      assert.deepEqual(await done, { code: 0, stdout: '', stderr: '' })
    })
  },
  { engines: [ANY_ENGINE] },
)
