import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { runCommand } from './harness/run-command.ts'
import { ENGINES } from './harness/databases.ts'
import type { OtherCrm } from './harness/other-crm.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { OTHER_CRM, OTHER_MAP, writeMap } from './harness/other-crms.ts'

suite('checks of install', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  let untouched: string

  before(async () => {
    crm = await openOtherCrm(OTHER_CRM)
    untouched = await crm.snapshot()
  })
  after(() => crm.close())

  test('install --print-map derives a map from the catalog and lists unmapped columns', async () => {
    const { code, stdout, stderr } = await crm.command('install', '--print-map')
    assert.equal(code, 0)
    const map = JSON.parse(stdout) as typeof OTHER_MAP & { conversation: object }
    assert.deepEqual(Object.keys(map), ['contact', 'deal', 'conversation', 'message'])
    assert.deepEqual(map.contact.organization, OTHER_MAP.contact.organization)
    assert.deepEqual(map.message.organization, OTHER_MAP.message.organization)
    assert.equal(map.contact.columns.assigned_to, 'owner_id')
    assert.match(stderr, /contact: unmapped columns: .*secret_note/)
  })

  const { contact, message } = OTHER_MAP
  for (const [what, map, problem] of [
    [
      'a table that does not exist',
      { contact: { ...contact, table: 'crm.crm_persons' } },
      /no table is called crm\.crm_persons; did you mean crm\.crm_person\?/,
    ],
    ['a view', { contact: { ...contact, table: 'crm.people' } }, /crm\.people is a view/],
    [
      'a table without a primary key',
      { contact: { ...contact, table: 'crm.notes' } },
      /crm\.notes has no primary key/,
    ],
    [
      'a column that does not exist',
      { contact: { ...contact, columns: { id: 'id', first_name: 'fnam' } } },
      /contact\.columns\.first_name: crm\.crm_person has no column fnam; did you mean fname\?/,
    ],
    [
      'a column of another type',
      { contact: { ...contact, columns: { id: 'id', tags: 'fname' } } },
      /contact\.columns\.tags: fname is text/,
    ],
    [
      'the lack of a required column',
      { message: { ...message, columns: { id: 'id', status: 'state' } } },
      /message\.columns\.direction: is missing/,
    ],
    [
      'an organization without a UUID',
      { contact: { ...contact, organization: { column: 'account_id' } } },
      /account_id is bigint, but an organization has a UUID/,
    ],
    [
      'a lookup by a column that is not unique',
      {
        contact: {
          ...contact,
          organization: {
            column: 'fname',
            through: [{ table: 'crm.account', key: 'label', column: 'uuid' }],
          },
        },
      },
      /crm\.account\.label is not unique/,
    ],
    [
      'a lookup between columns of different types',
      {
        contact: {
          ...contact,
          organization: { column: 'fname', through: [{ table: 'crm.account', key: 'id', column: 'uuid' }] },
        },
      },
      /id is bigint, but the column that refers to it is text/,
    ],
    [
      'a table that is mapped twice',
      { contact, deal: { ...contact, columns: { id: 'id', stage: 'fname' } } },
      /is mapped twice/,
    ],
  ] as const) {
    test(`install reports ${what} and changes nothing`, async () => {
      const { code, report } = await crm.install(map)
      assert.equal(code, 1)
      assert.ok(
        report.problems.some((line) => problem.test(line)),
        report.problems.join('\n'),
      )
      assert.equal(await crm.snapshot(), untouched)
    })
  }

  test('install exits with 2 on wrong usage, and with 1 if the database cannot be reached', async () => {
    const wrong = [
      await crm.command('install'),
      await crm.command('install', '--map', '/nowhere.json'),
      await crm.command('install', '--map', writeMap({ contacts: {} })),
      await crm.command('install', '--patience', 'long'),
      await runCommand('install', '--print-map'),
    ]
    assert.deepEqual(
      wrong.map(({ code }) => code),
      [2, 2, 2, 2, 2],
    )
    assert.match(wrong[2]!.stderr, /contacts/)
    assert.equal((await runCommand('install', '--help')).code, 0)
    assert.equal(
      (await runCommand('install', '--print-map', '--database-url', 'postgresql://127.0.0.1:1/x')).code,
      1,
    )
  })

  test('install --dry-run shows the SQL and changes nothing', async () => {
    const { code, report } = await crm.install(OTHER_MAP, '--dry-run')
    assert.equal(code, 0)
    assert.ok(report.migrations.includes('core/001_schemas_and_roles.sql'))
    assert.match(
      report.sql!.join('\n'),
      /create or replace trigger webhooks_capture_inserts\s+after insert on "crm"\."crm_person"/,
    )
    assert.equal(await crm.snapshot(), untouched)
  })
})
