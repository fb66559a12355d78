import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { checkCaptures } from '../src/capture/watch-captures.ts'
import { runCheck } from './harness/checked-crm.ts'
import { ENGINES } from './harness/databases.ts'
import { toMap } from './harness/maps.ts'
import type { OtherCrm } from './harness/other-crm.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { OTHER_CRM, OTHER_MAP } from './harness/other-crms.ts'

suite('install --diff', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  before(async () => {
    crm = await openOtherCrm(OTHER_CRM)
  })
  after(() => crm.close())

  test('before an installation, all is to come, and nothing is changed', async () => {
    const untouched = await crm.snapshot()
    const { code, report } = await runCheck(crm, '--diff', OTHER_MAP)
    assert.equal(code, 1)
    assert.ok(report.migrations.includes('core/001_schemas_and_roles.sql'))
    assert.deepEqual(
      report.diff.tables.map(({ record, state }) => [record, state]),
      [
        ['contact', 'attached'],
        ['deal', 'attached'],
        ['message', 'attached'],
      ],
    )
    assert.equal(await crm.snapshot(), untouched)
  })

  test('after an installation, the same map and the installed one change nothing', async () => {
    await crm.install(OTHER_MAP)
    const installed = await crm.snapshot()
    for (const map of [OTHER_MAP, undefined]) {
      const { code, report } = await runCheck(crm, '--diff', map)
      assert.deepEqual(
        [code, report.migrations, report.diff.tables.map(({ state }) => state)],
        [0, [], ['unchanged', 'unchanged', 'unchanged']],
      )
    }
    assert.equal(await crm.snapshot(), installed)
  })

  test('another map is told with its fields, conditions, event types, and what it attaches and detaches', async () => {
    const installed = await crm.snapshot()
    const { contact, deal } = OTHER_MAP
    const map = {
      ...toMap({
        contact: {
          ...contact,
          where: 'score > 0',
          columns: { ...contact.columns, phone: { sql: `mobile || ''` } },
        },
        deal: { ...deal, deletes: true },
      }),
      events: [
        {
          type: 'note.written',
          table: 'crm.notes',
          organization: { value: '00000000-0000-4000-8000-000000000001' },
          on: ['insert'],
          data: { text: 'text' },
        },
      ],
    }
    const { code, report } = await runCheck(crm, '--diff', map)
    assert.equal(code, 1)
    assert.deepEqual(
      report.diff.tables.map(({ record, state, changes }) => [record, state, changes]),
      [
        [
          'contact',
          'changed',
          [
            `columns.phone: "mobile" → {"sql":"mobile || ''"}`,
            'where: none → "score > 0"',
            'functions: written anew',
          ],
        ],
        [
          'deal',
          'attached',
          ['deletes: none → true', 'functions: written anew', 'triggers: for insert, update, delete'],
        ],
        ['note.written', 'attached', []],
        ['message', 'detached', []],
      ].map(([record, state, changes]) => [record, state, changes]),
    )
    assert.deepEqual(report.diff.eventTypes, [
      { name: 'deal.deleted', state: 'registered' },
      { name: 'note.written', state: 'registered' },
    ])
    assert.equal(await crm.snapshot(), installed)
  })

  test('drift is told as webhook_captures reports it', async () => {
    await crm.database.execute(`
      alter table crm.crm_person rename column lname to surname;
      alter table crm.opportunity disable trigger all;`)
    const { code, report } = await runCheck(crm, '--diff')
    await checkCaptures(crm.database)
    const { rows } = await crm.database.query(
      `select table_name as "table", record, status, problems from webhooks.webhook_captures
       where status <> 'ok' order by id`,
    )
    assert.equal(code, 1)
    assert.deepEqual(report.diff.drifts, rows)
    assert.equal(rows.length, 2)
    assert.ok(report.problems.some((problem) => /crm\.crm_person has no column lname/.test(problem)))
  })
})
