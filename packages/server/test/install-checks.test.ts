import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { runCommand } from './harness/run-command.ts'
import { ENGINES } from './harness/databases.ts'
import type { OtherCrm } from './harness/other-crm.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { writeMap } from './harness/maps.ts'
import { OTHER_CRM, OTHER_MAP } from './harness/other-crms.ts'

suite('checks of install', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  let untouched: string

  before(async () => {
    crm = await openOtherCrm(OTHER_CRM)
    untouched = await crm.snapshot()
  })
  after(() => crm.close())

  const { contact, message } = OTHER_MAP
  const ID = '00000000-0000-4000-8000-000000000001'
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
      /records\.0\.columns\.first_name: crm\.crm_person has no column fnam; did you mean fname\?/,
    ],
    [
      'a column of another type',
      { contact: { ...contact, columns: { id: 'id', tags: 'fname' } } },
      /records\.0\.columns\.tags: fname is text/,
    ],
    [
      'the lack of a required column',
      { message: { ...message, columns: { id: 'id', status: 'state' } } },
      /records\.0\.columns\.direction: is missing/,
    ],
    [
      'an organization without a UUID',
      { contact: { ...contact, organization: { column: 'account_id' } } },
      /records\.0\.organization: leads to bigint, but an organization has a UUID/,
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
      'an expression that PostgreSQL cannot parse',
      { contact: { ...contact, columns: { id: 'id', first_name: { sql: 'upper(fnam)' } } } },
      /records\.0\.columns\.first_name\.sql: column "fnam" does not exist/,
    ],
    [
      'an expression of another type',
      { contact: { ...contact, columns: { id: 'id', tags: { sql: 'score + 1' } } } },
      /records\.0\.columns\.tags: the expression is integer, which is not a texts/,
    ],
    [
      'a row condition that is no condition',
      { contact: { ...contact, where: 'score' } },
      /records\.0\.where: is integer, not a condition/,
    ],
    [
      'a lookup by a column that is not unique in a field',
      {
        contact: {
          ...contact,
          columns: {
            id: 'id',
            company: { column: 'fname', lookup: { table: 'crm.account', key: 'label', value: 'uuid' } },
          },
        },
      },
      /records\.0\.columns\.company\.lookup\.key: crm\.account\.label is not unique/,
    ],
    [
      'a path into a column that is not JSON',
      { contact: { ...contact, columns: { id: 'id', email: { column: 'mail', json: '0.email' } } } },
      /records\.0\.columns\.email\.json: the column is text, not json or jsonb/,
    ],
    [
      'minor units of a column that is no number',
      { contact: { ...contact, also: { total: { column: 'mail', scale: 2 } } } },
      /records\.0\.also\.total\.scale: mail is text/,
    ],
    [
      'an event type of the program for an event of the CRM',
      {
        events: [
          {
            type: 'contact.created',
            table: 'crm.notes',
            organization: { value: ID },
            on: ['insert'],
            data: { text: 'text' },
          },
        ],
      },
      /events\.0\.type: contact\.created is an event type of the program/,
    ],
    [
      'a condition that names a column that is not there',
      {
        events: [
          {
            type: 'note.written',
            table: 'crm.notes',
            organization: { value: ID },
            on: ['insert'],
            when: "new.txt <> ''",
            data: { text: 'text' },
          },
        ],
      },
      /events\.0\.when: column new\.txt does not exist/,
    ],
    [
      'tenants whose key has another type than what refers to it',
      {
        organizations: { table: 'crm.account', id: 'id' },
        records: [{ record: 'contact', ...contact, organization: { column: 'fname' } }],
      },
      /records\.0\.organization: leads to text, but the tenants' key id is bigint/,
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
      await runCommand('install', '--guess'),
    ]
    assert.deepEqual(
      wrong.map(({ code }) => code),
      [2, 2, 2, 2, 2],
    )
    assert.match(wrong[2]!.stderr, /contacts/)
    assert.equal((await runCommand('install', '--help')).code, 0)
    assert.equal(
      (await runCommand('install', '--guess', '--database-url', 'postgresql://127.0.0.1:1/x')).code,
      1,
    )
  })

  test('install --dry-run shows the SQL and changes nothing', async () => {
    const { code, report } = await crm.install(OTHER_MAP, '--dry-run')
    assert.equal(code, 0)
    assert.ok(report.migrations.includes('core/001_schemas_and_roles.sql'))
    assert.match(
      report.sql!.join('\n'),
      /create or replace trigger webhooks_capture_contact_[0-9a-f]+_inserts\s+after insert on "crm"\."crm_person"/,
    )
    assert.equal(await crm.snapshot(), untouched)
  })
})
