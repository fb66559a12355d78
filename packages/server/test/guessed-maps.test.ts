import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ENGINES } from './harness/databases.ts'
import { GUESS_CASES } from './harness/guess-cases.ts'
import { guess, listTables, obtainMap, play, readFixture, readPreset } from './harness/guessed-map.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { OTHER_CRM, OTHER_MAP, SUPABASE_CRM } from './harness/other-crms.ts'
import { LONG } from './harness/until.ts'

suite('a guessed map', { ...LONG, skip: !ENGINES.includes('postgresql') }, () => {
  for (const one of GUESS_CASES) {
    test(`of ${one.name} emits what its preset does, ${one.answers === undefined ? 'without a question answered' : 'with answers'}`, async () => {
      const [presetCrm, guessedCrm] = [
        await openOtherCrm(readFixture(`crms/${one.name}`)),
        await openOtherCrm(readFixture(`crms/${one.name}`)),
      ]
      try {
        const preset = readPreset(one.name)
        const map = await obtainMap(one, guessedCrm)
        assert.deepEqual(listTables(map), listTables(preset))
        assert.deepEqual(map.organizations, preset.organizations)
        const expected = await play(presetCrm, preset, one.changes)
        assert.ok(expected.length > 4)
        assert.deepEqual(await play(guessedCrm, map, one.changes), expected)
      } finally {
        await presetCrm.close()
        await guessedCrm.close()
      }
    })
  }

  test('finds tables, tenants and directions in a CRM that calls everything something else', async () => {
    const crm = await openOtherCrm(OTHER_CRM)
    try {
      const { map } = await guess(crm)
      const found = Object.fromEntries(map.records.map((entry) => [entry.record, entry]))
      for (const record of ['contact', 'deal', 'message'] as const) {
        assert.equal(found[record]!.table, OTHER_MAP[record].table)
        assert.deepEqual(found[record]!.organization, OTHER_MAP[record].organization)
      }
      const { score: _, ...contact } = { ...OTHER_MAP.contact.columns, score: '' }
      assert.deepEqual(found['contact']!.columns, contact)
      assert.deepEqual(found['message']!.columns['direction'], OTHER_MAP.message.columns.direction)
    } finally {
      await crm.close()
    }
  })

  test('is sure of a project with organizations, and of the way to them', async () => {
    const crm = await openOtherCrm(SUPABASE_CRM)
    try {
      const { map, questions } = await guess(crm)
      assert.deepEqual(questions, [])
      assert.deepEqual(
        map.records.map(({ organization }) => organization),
        [
          { column: 'organization_id' },
          {
            column: 'contact_id',
            through: [{ table: 'public.contacts', key: 'id', column: 'organization_id' }],
          },
        ],
      )
      assert.equal((await crm.install(map)).code, 0)
    } finally {
      await crm.close()
    }
  })

  test('of a help desk and of a suite that nobody knows is right without a question answered', async () => {
    for (const { name, changes, expected } of INVENTED) {
      const crm = await openOtherCrm(readFixture(`invented-crms/${name}`))
      try {
        const { map, questions } = await guess(crm)
        assert.deepEqual(questions, [])
        const events = (await play(crm, map, changes)) as Record<string, unknown>[]
        assert.deepEqual(
          events.map((event) => expected.columns.map((column) => event[column])),
          expected.events,
        )
      } finally {
        await crm.close()
      }
    }
  })
})

const ACME = '00000000-0000-4000-8000-0000000000a1'

const INVENTED = [
  {
    name: 'desk',
    changes: [
      `insert into desk.end_users (id, tenant_id, full_name, emails) values (7, '${ACME}', 'Cid Roe', '{cid@example.com}')`,
      `insert into desk.sales_deals (tenant_id, end_user_id, deal_name, stage_id, amount_cents) values ('${ACME}', 7, 'Plan', 1, 1250)`,
      `insert into desk.cases (id, tenant_id, requester_id, state_id, urgency) values (1, '${ACME}', 7, 1, 'medium')`,
      `update desk.cases set state_id = 2 where id = 1`,
      `insert into desk.case_replies (case_id, author_kind, visibility, body_text) values
        (1, 'end_user', 'public', 'Hello'), (1, 'agent', 'public', 'Hi'), (1, 'agent', 'internal', 'A note'), (1, 'automation', 'public', 'Routed')`,
      `update desk.case_replies set bounced_at = now() where body_text = 'Hi'`,
      `update desk.cases set is_deleted = true where id = 1`,
    ],
    expected: {
      columns: ['event', 'organization', 'contact_id', 'email', 'stage', 'value', 'status', 'body'],
      events: [
        ['contact.created', ACME, undefined, 'cid@example.com', undefined, undefined, undefined, undefined],
        ['deal.created', ACME, '7', undefined, 'Offer', 12.5, undefined, undefined],
        ['conversation.created', ACME, '7', undefined, undefined, undefined, 'open', undefined],
        ['conversation.status.changed', ACME, '7', undefined, undefined, undefined, 'resolved', undefined],
        ['message.received', ACME, '7', undefined, undefined, undefined, 'received', 'Hello'],
        ['message.sent', ACME, '7', undefined, undefined, undefined, 'sent', 'Hi'],
        ['message.failed', ACME, '7', undefined, undefined, undefined, 'failed', 'Hi'],
        ['conversation.deleted', ACME, '7', undefined, undefined, undefined, 'resolved', undefined],
      ],
    },
  },
  {
    name: 'suite',
    changes: [
      `insert into "Organisation" (id, name) values ('acme', 'Acme');
       insert into "Company" values ('lee', 'acme', 'Lee Ltd');
       insert into "Customer" (id, "organisationId", "companyId", "givenName") values ('ann', 'acme', 'lee', 'Ann')`,
      `insert into "Deal" (id, "organisationId", "customerId", title, "valueMinor") values ('plan', 'acme', 'ann', 'Plan', 1250)`,
      `insert into "Chat" (id, "customerId", via) values ('chat', 'ann', 'Email')`,
      `update "Chat" set state = 'CLOSED'`,
      `insert into "ChatMessage" (id, "chatId", "fromCustomer", "isInternal") values ('a', 'chat', true, false), ('b', 'chat', false, false), ('c', 'chat', false, true)`,
      `update "ChatMessage" set status = 'READ'`,
      `update "Customer" set "archivedAt" = now()`,
    ],
    expected: {
      columns: ['event', 'organization', 'id', 'company', 'value', 'status', 'conversation_id'],
      events: [
        ['contact.created', 'acme', 'ann', 'Lee Ltd', undefined, undefined, undefined],
        ['deal.created', 'acme', 'plan', undefined, 12.5, undefined, undefined],
        ['conversation.created', 'acme', 'chat', undefined, undefined, 'open', undefined],
        ['conversation.status.changed', 'acme', 'chat', undefined, undefined, 'closed', undefined],
        ['message.received', 'acme', 'a', undefined, undefined, 'received', 'chat'],
        ['message.sent', 'acme', 'b', undefined, undefined, 'sent', 'chat'],
        ['message.read', 'acme', 'b', undefined, undefined, 'read', 'chat'],
        ['contact.deleted', 'acme', 'ann', 'Lee Ltd', undefined, undefined, undefined],
      ],
    },
  },
] as const
