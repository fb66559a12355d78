import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import { ENGINES } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { Answer, InProcessApi } from './harness/in-process-api.ts'
import type { ReceiverServer, Reply } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'

interface Check {
  name: string
  status: string
  detail: string
  advice: string | null
  codes: Record<string, { code: string }>
}

interface Checkup {
  checked_at: string
  checks: Check[]
}

const SECRET = 'your-secret-key'

for (const engine of ENGINES) {
  suite(`check-ups of endpoints (${engine})`, () => {
    let api: InProcessApi
    let receiver: ReceiverServer
    before(async () => {
      receiver = await startReceiver()
      api = await openApi(engine)
    })
    after(async () => {
      await api.close()
      await receiver.close()
    })

    /** An organization of its own for each, since check-ups are counted by organization. */
    async function createWebhook(
      fields: object = {},
    ): Promise<{ id: string; path: string; organization: string }> {
      const { rows } = await api.database.query<{ id: string }>(
        `insert into public.organizations (name) values ('Acme') returning id`,
        [],
      )
      const organization = rows[0]!.id
      const path = `/${organization}`
      const { status, json } = await api.ask<{ id: string }[]>('POST', 'webhook_configurations', {
        headers: { prefer: 'return=representation' },
        body: {
          organization_id: organization,
          name: 'CRM Sync',
          url: receiver.url + path,
          events: ['deal.created'],
          secret: SECRET,
          ...fields,
        },
      })
      assert.equal(status, 201, JSON.stringify(json))
      return { id: json[0]!.id, path, organization }
    }

    const check = (id: string, headers: Record<string, string> = {}): Promise<Answer<Checkup>> =>
      api.ask<Checkup>('POST', 'rpc/check_endpoint', { body: { webhook_id: id }, headers })
    const statusOf = ({ json }: Answer<Checkup>, wanted: string): string | undefined =>
      json.checks.find(({ name }) => name === wanted)?.status
    const readResults = async (id: string) =>
      (
        await api.ask<(Checkup & { status: string; url: string })[]>(
          'GET',
          `webhook_checkups?webhook_id=eq.${id}&order=checked_at.desc`,
        )
      ).json

    const verify: Reply = (response, { headers, body }) => {
      void verifyWebhook({ headers, body, secret: SECRET }).then(
        () => response.writeHead(200).end(),
        () => response.writeHead(401).end(),
      )
    }

    test('an endpoint that verifies its requests passes, except that it has no TLS', async () => {
      const { id, path } = await createWebhook()
      receiver.reply(path, verify)
      const answer = await check(id)
      assert.equal(answer.status, 200, JSON.stringify(answer.json))
      const others = answer.json.checks.filter(({ status }) => status !== 'pass')
      assert.deepEqual(
        others.map(({ name, status }) => [name, status]),
        [['tls', 'warn']],
      )
    })

    test('requests are examples of an event type of the webhook, with emoji and with 256 KiB of data', async () => {
      const { id, path } = await createWebhook()
      receiver.reply(path, verify)
      await check(id)
      const requests = await receiver.received(path, 8)
      assert.deepEqual(
        requests.map(({ json }) => json.event),
        [
          'deal.created',
          'deal.created',
          'deal.created',
          'checkup.unknown_event',
          ...Array(4).fill('deal.created'),
        ],
      )
      assert.match(String(requests[2]?.json.data['title']), /👍🏽/u)
      assert.equal(Buffer.byteLength(JSON.stringify(requests[7]?.json.data)), 256 * 1_024)
    })

    test('the result is kept with its URL and codes, and the latest 20 stay', async () => {
      const { id, path } = await createWebhook()
      const { json } = await check(id)
      const [kept] = await readResults(id)
      assert.deepEqual([kept?.status, kept?.url], ['fail', receiver.url + path])
      assert.deepEqual(kept?.checks, json.checks)
      assert.equal(
        kept?.checks.find(({ name }) => name === 'tls')?.codes['advice']?.code,
        'checkup.noTlsAdvice',
      )
      await api.database.query(
        `insert into webhooks.webhook_checkups (organization_id, webhook_id, url, status, checks, checked_at)
         select organization_id, id, url, 'pass', '[]', now() - n * interval '1 minute'
         from webhooks.webhook_configurations, generate_series(1, 30) as n where id = $1`,
        [id],
      )
      await check(id)
      assert.equal((await readResults(id)).length, 20)
    })

    test('a check-up changes neither the log nor the health of the webhook, even if the endpoint is gone', async () => {
      const { id, path } = await createWebhook()
      receiver.reply(path, 410)
      assert.equal(statusOf(await check(id), 'signed_test'), 'fail')
      const { json: logs } = await api.ask('GET', `webhook_logs?webhook_id=eq.${id}`)
      assert.deepEqual(logs, [])
      const { json: webhooks } = await api.ask<{ is_active: boolean; health: string }[]>(
        'GET',
        `webhook_configurations?id=eq.${id}&select=is_active,health`,
      )
      assert.deepEqual(webhooks, [{ is_active: true, health: 'healthy' }])
    })

    test('a second check-up of the webhook is refused while one runs, and allowed after it', async () => {
      const { id, path } = await createWebhook()
      const { promise: isAsked, resolve: ask } = Promise.withResolvers<void>()
      const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>()
      receiver.reply(
        path,
        (response) => {
          ask()
          void mayAnswer.then(() => response.end())
        },
        200,
      )
      const first = check(id)
      await isAsked
      const second = await check(id)
      assert.deepEqual([second.status, (second.json as unknown as { code: string }).code], [409, '55000'])
      const wait = Number(second.headers['retry-after'])
      assert.ok(wait > 0 && wait <= 25, String(wait))
      answer()
      assert.equal((await first).status, 200)
      assert.equal((await check(id)).status, 200)
    })

    test('a claim that its process left behind ends by itself', async () => {
      const { id } = await createWebhook()
      await api.database.query(
        `insert into webhooks_internal.running_checkups (webhook_id, claim, ends_at)
         values ($1, gen_random_uuid(), now() - interval '1 second')`,
        [id],
      )
      assert.equal((await check(id)).status, 200)
    })

    test('an organization has a limited number of check-ups in a minute', async () => {
      const { id, path } = await createWebhook()
      receiver.reply(path, 500)
      for (let n = 0; n < 6; n += 1) assert.equal((await check(id)).status, 200)
      const refused = await check(id)
      assert.equal(refused.status, 429)
      assert.ok(Number(refused.headers['retry-after']) > 0)
    })

    test('a repeated call with the same Idempotency-Key gets the same result without further requests', async () => {
      const { id, path } = await createWebhook()
      const first = await check(id, { 'idempotency-key': 'once' })
      const { length } = await receiver.received(path, 8)
      const again = await check(id, { 'idempotency-key': 'once' })
      assert.deepEqual(again.json, first.json)
      assert.equal((await receiver.received(path, 8)).length, length)
    })

    test('a webhook with an Ed25519 key is checked with signatures of its kind', async () => {
      const { id, path } = await createWebhook({ signature_type: 'ed25519', secret: null })
      const answer = await check(id)
      assert.equal(statusOf(answer, 'wrong_signature'), 'fail')
      const [first, ...others] = await receiver.received(path, 8)
      assert.match(first?.headers['webhook-signature'] ?? '', /^v1a,/)
      assert.ok(others.every(({ headers }) => headers['webhook-signature']?.startsWith('v1a,') ?? true))
    })

    test('fields that the webhook excludes are not sent', async () => {
      const { id, path } = await createWebhook({ redact: ['data.title'] })
      await check(id)
      const requests = await receiver.received(path, 8)
      assert.ok(requests.every(({ json }) => !('title' in json.data)))
    })

    test('results of another organization cannot be read', async () => {
      const { id, organization } = await createWebhook()
      await check(id)
      const read = async (owner: string) =>
        (
          await api.ask<unknown[]>('GET', `webhook_checkups?webhook_id=eq.${id}`, {
            key: await api.storeKey(owner, 'read'),
          })
        ).json.length
      assert.deepEqual([await read(organization), await read(OURS)], [1, 0])
    })
  })
}

for (const engine of ENGINES) {
  suite(`check-ups of test inboxes (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine, { ALLOW_HTTP_URLS: 'false', EGRESS_ALLOW: '' })
      await api.listen()
    })
    after(() => api.close())

    const insert = async <T>(table: string, body: object): Promise<T> => {
      const { json } = await api.ask<T[]>('POST', table, {
        body,
        headers: { prefer: 'return=representation' },
      })
      return json[0]!
    }

    test('a test inbox is reached, and signatures are not judged, since it takes every request', async () => {
      const { url } = await insert<{ url: string }>('webhook_inboxes', { organization_id: OURS })
      const { id } = await insert<{ id: string }>('webhook_configurations', {
        organization_id: OURS,
        name: 'Try',
        url,
        events: ['*'],
        secret: SECRET,
      })
      const { json } = await api.ask<Checkup>('POST', 'rpc/check_endpoint', { body: { webhook_id: id } })
      assert.deepEqual(
        json.checks.filter(({ status }) => status !== 'pass').map(({ name, status }) => [name, status]),
        [
          ['tls', 'skipped'],
          ['wrong_signature', 'skipped'],
          ['missing_signature', 'skipped'],
          ['old_timestamp', 'skipped'],
        ],
      )
    })
  })
}
