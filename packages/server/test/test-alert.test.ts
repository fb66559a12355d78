import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Result } from '@connectgain/webhooks-client'
import type { Api, ErrorBody } from './harness/api.ts'
import { createApi } from './harness/api.ts'
import { ANY_ENGINE, createDatabase } from './harness/databases.ts'
import type { TestDatabase } from './harness/databases.ts'
import { runCommand } from './harness/run-command.ts'
import { SERVICE_KEY, createSite } from './harness/server-process.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import type { TestSmtpServer } from './harness/smtp-server.ts'
import { startSmtpServer } from './harness/smtp-server.ts'

const AUTHORITY = fileURLToPath(new URL('harness/tls/authority.pem', import.meta.url))
const FROM = 'Acme Webhooks <webhooks@crm.example>'

type TestAlert = Result<'test_alert'>

suite('test alerts', () => {
  let database: TestDatabase
  let site: ServerSite
  let server: ServerProcess
  let smtp: TestSmtpServer

  before(async () => {
    smtp = await startSmtpServer({ isSecure: true })
    database = await createDatabase(ANY_ENGINE)
    site = createSite(database.url, { SMTP_URL: smtp.url.href, ALERT_FROM: FROM })
    server = await site.start({ NODE_EXTRA_CA_CERTS: AUTHORITY, PUBLIC_URL: 'https://hooks.example' })
  })
  after(async () => {
    await site.close()
    await smtp.close()
    await database.drop()
  })

  /** A new organization with these recipients. */
  async function createOrganization(...emails: string[]): Promise<string> {
    const { id } = await server.api.insert<{ id: string }>('organizations', { name: 'Acme' })
    for (const email of emails)
      await server.api.insert('webhook_alert_recipients', { organization_id: id, email })
    return id
  }

  const testAlert = async (organization_id: string, api: Api = server.api): Promise<TestAlert['results']> => {
    const { status, body } = await api.rpc<TestAlert>('test_alert', { organization_id })
    assert.equal(status, 200, JSON.stringify(body))
    return body.results
  }

  test('a test alert goes to every recipient over TLS, in plain text and HTML, with a link to the page', async () => {
    const organization = await createOrganization('ada@a.example', 'bob@a.example')
    const results = await testAlert(organization)
    assert.deepEqual(
      results.map(({ email, status, code }) => [email, status, code]),
      [
        ['ada@a.example', 'sent', null],
        ['bob@a.example', 'sent', null],
      ],
    )
    const mails = (await smtp.received(2)).slice(-2)
    assert.deepEqual(mails.flatMap(({ to }) => to).sort(), ['ada@a.example', 'bob@a.example'])
    for (const mail of mails) {
      assert.deepEqual([mail.isEncrypted, mail.type], [true, 'multipart/alternative'])
      assert.equal(mail.subject, 'Test alert from ConnectGain')
      assert.match(mail.text, /https:\/\/hooks\.example\/settings\/webhooks$/m)
      assert.match(mail.html, /href="https:\/\/hooks\.example\/settings\/webhooks"/)
    }
  })

  test('a recipient that the mail server refuses is named with what it said, and the others still get theirs', async () => {
    smtp.refuseRecipient('gone@b.example', '5.1.1 <gone@b.example> no such user')
    const results = await testAlert(await createOrganization('gone@b.example', 'here@b.example'))
    assert.deepEqual(
      results.map(({ email, status, code }) => [email, status, code]),
      [
        ['gone@b.example', 'refused', 'address_refused'],
        ['here@b.example', 'sent', null],
      ],
    )
    assert.match(results[0]?.reply ?? '', /550 5\.1\.1 <gone@b\.example> no such user/)
  })

  test('a mail that the mail server refuses is named with what it said', async () => {
    smtp.refuse(1)
    const [result] = await testAlert(await createOrganization('ada@c.example'))
    assert.deepEqual([result?.status, result?.code], ['refused', 'mail_refused'])
    assert.match(result?.reply ?? '', /451 try again later/)
  })

  test("an organization's key sends test alerts to its own recipients only, and a read key sends none", async () => {
    const ours = await createOrganization('ada@d.example')
    const theirs = await createOrganization('eve@d.example')
    const keyOf = async (scope: string): Promise<Api> => {
      const row = { organization_id: ours, name: scope, scope }
      const { key } = await server.api.insert<{ key: string }>('api_keys', row)
      return createApi(server.url, key)
    }
    const admin = await keyOf('admin')
    assert.deepEqual((await admin.rpc('test_alert', { organization_id: theirs })).status, 404)
    const { body } = await admin.rpc<TestAlert>('test_alert', {})
    assert.deepEqual(
      body.results.map(({ email }) => email),
      ['ada@d.example'],
    )
    assert.equal((await (await keyOf('read')).rpc('test_alert', {})).status, 403)
  })

  test('more than five test alerts of an organization in a minute get a 429', async () => {
    const organization = await createOrganization('ada@e.example')
    for (let at = 1; at <= 5; at += 1) await testAlert(organization)
    const refused = await server.api.rpc('test_alert', { organization_id: organization })
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers.get('retry-after')) > 0)
  })

  test('a test alert of an organization without recipients is refused with what to do', async () => {
    const { status, body } = await server.api.rpc<ErrorBody>('test_alert', {
      organization_id: await createOrganization(),
    })
    assert.deepEqual([status, body.code], [409, '55000'])
    assert.match(body.hint ?? '', /webhook_alert_recipients/)
  })

  test('the command line sends test alerts and exits with 1 if one was refused', async () => {
    const organization = await createOrganization('ada@f.example')
    const connection = ['--url', server.url, '--key', SERVICE_KEY, '--organization', organization]
    const sent = await runCommand('alerts', 'test', ...connection)
    assert.equal(sent.code, 0, sent.stderr)
    assert.match(sent.stdout, /ada@f\.example +sent/)
    smtp.refuseRecipient('ada@f.example', '5.7.1 blocked')
    const refused = await runCommand('alerts', 'test', ...connection)
    assert.equal(refused.code, 1)
    assert.match(refused.stdout, /refused +The mail server refused the address\. 550 5\.7\.1 blocked/)
  })

  test('a test alert without a mail server is refused with what the operator has to set', async () => {
    const organization = await createOrganization('ada@h.example')
    await server.stop()
    server = await site.start({ SMTP_URL: '' })
    const { status, body } = await server.api.rpc<ErrorBody>('test_alert', { organization_id: organization })
    assert.deepEqual([status, body.code, body.message], [409, '55000', 'this server cannot send mail'])
    assert.match(body.hint ?? '', /SMTP_URL/)
  })
})
