import type { PresetCrm, Scenario } from './scenario.ts'
import { emits } from './scenario.ts'

const ACME = 'workspace_1wgvd1injqtife6y4rvfbu3h5'
const GLOBEX = 'workspace_3ixj3i1a5avy16ptijtb3lae3'
const INITECH = 'workspace_5cdbl0tohzq2kx1u7n4m8e9wv'
const acme = emits(ACME)
const globex = emits(GLOBEX)
const initech = emits(INITECH)

const id = (number: number): string => `20000000-0000-4000-8000-000000000${number}`
const ANN = '20000000-0000-4000-8000-00000000a001'
const LEE = '20000000-0000-4000-8000-00000000c001'

const PERSONS: readonly Scenario[] = [
  {
    title: 'a person is a contact of its workspace, with the name of its company',
    sql: `insert into ${ACME}.person (id, "nameFirstName", "nameLastName", "emailsPrimaryEmail", "phonesPrimaryPhoneNumber",
            "phonesPrimaryPhoneCallingCode", "jobTitle", "companyId")
          values ('${id(101)}', 'Cid', 'Roe', 'cid@example.com', '5550101', '+1', 'CTO', '${LEE}')`,
    expect: [
      acme('contact.created', {
        id: id(101),
        first_name: 'Cid',
        last_name: 'Roe',
        email: 'cid@example.com',
        phone: '+15550101',
        company: 'Lee Ltd',
        job_title: 'CTO',
        company_id: LEE,
        assigned_to: null,
      }),
    ],
  },
  {
    title: 'one transaction in two workspaces emits to each what is its own',
    sql: `insert into ${ACME}.person (id, "nameFirstName") values ('${id(102)}', 'Dan');
          insert into ${GLOBEX}.person (id, "nameFirstName", "companyId") values ('${id(102)}', 'Eve', '${LEE}');
          update ${GLOBEX}.person set "nameFirstName" = 'Eva' where id = '${id(102)}'`,
    expect: [
      acme('contact.created', { id: id(102), first_name: 'Dan', phone: null }),
      globex('contact.created', { id: id(102), first_name: 'Eve', company: null }),
      globex('contact.updated', { id: id(102), first_name: 'Eva' }, { first_name: 'Eve' }),
    ],
  },
  {
    title: 'a person that is deleted softly, restored, deleted again and destroyed is deleted twice',
    sql: `insert into ${ACME}.person (id, "nameFirstName") values ('${id(103)}', 'Flo');
          update ${ACME}.person set "deletedAt" = now() where id = '${id(103)}';
          update ${ACME}.person set "nameFirstName" = 'Gone' where id = '${id(103)}';
          update ${ACME}.person set "deletedAt" = null where id = '${id(103)}';
          update ${ACME}.person set "deletedAt" = now() where id = '${id(103)}';
          delete from ${ACME}.person where id = '${id(103)}'`,
    expect: [
      acme('contact.created', { id: id(103) }),
      acme('contact.deleted', { id: id(103), first_name: 'Flo' }),
      acme('contact.created', { id: id(103), first_name: 'Gone' }),
      acme('contact.deleted', { id: id(103), first_name: 'Gone' }),
    ],
  },
  {
    title: 'a person that is destroyed at once is deleted',
    sql: `insert into ${GLOBEX}.person (id, "nameFirstName") values ('${id(104)}', 'Gus');
          delete from ${GLOBEX}.person where id = '${id(104)}'`,
    expect: [globex('contact.created', { id: id(104) }), globex('contact.deleted', { id: id(104) })],
  },
  {
    title: 'another place in a list emits nothing, and neither does a company that gets another name',
    sql: `update ${ACME}.person set position = position + 1, "updatedAt" = now();
          update ${ACME}.company set name = 'Lee & Sons'; update ${ACME}.company set name = 'Lee Ltd'`,
    expect: [],
  },
  {
    title: 'another company emits the name of the one before',
    sql: `insert into ${ACME}.company (id, name) values ('${id(105)}', 'Roe Ltd');
          insert into ${ACME}.person (id, "companyId") values ('${id(106)}', '${LEE}');
          update ${ACME}.person set "companyId" = '${id(105)}' where id = '${id(106)}';
          update ${ACME}.person set "companyId" = '${id(999)}' where id = '${id(106)}'`,
    expect: [
      acme('contact.created', { company: 'Lee Ltd' }),
      acme('contact.updated', { company: 'Roe Ltd' }, { company: 'Lee Ltd', company_id: LEE }),
      acme('contact.updated', { company: null }, { company: 'Roe Ltd', company_id: id(105) }),
    ],
  },
  {
    title: 'thousands of persons that are deleted at once emit an event each',
    sql: `insert into ${GLOBEX}.person ("nameLastName") select 'Bulk' from generate_series(1, 2000);
          update ${GLOBEX}.person set "deletedAt" = now() where "nameLastName" = 'Bulk';
          delete from ${GLOBEX}.person where "nameLastName" = 'Bulk'`,
    expect: [
      { ...globex('contact.created', { last_name: 'Bulk' }), times: 2_000 },
      { ...globex('contact.deleted', { last_name: 'Bulk' }), times: 2_000 },
    ],
  },
]

const OPPORTUNITIES: readonly Scenario[] = [
  {
    title: 'the amount of an opportunity is in units of its currency',
    sql: `insert into ${ACME}.opportunity (id, name, "amountAmountMicros", "amountCurrencyCode", "closeDate", "pointOfContactId", "ownerId")
          values ('${id(201)}', 'Plan', 1250500000, 'EUR', '2025-02-28T23:30:00Z', '${ANN}', '${id(900)}')`,
    expect: [
      acme('deal.created', {
        id: id(201),
        title: 'Plan',
        contact_id: ANN,
        stage: 'NEW',
        value: 1250.5,
        currency: 'EUR',
        expected_close_date: '2025-02-28',
        assigned_to: id(900),
        pipeline: 'default',
      }),
      acme('deal.assigned', { id: id(201) }, { assigned_to: null }),
    ],
  },
  {
    title: 'an opportunity that is won changes its stage and emits an event of its own',
    sql: `insert into ${ACME}.opportunity (id, name, "amountAmountMicros") values ('${id(202)}', 'Big', 1000000);
          update ${ACME}.opportunity set stage = 'PROPOSAL' where id = '${id(202)}';
          update ${ACME}.opportunity set stage = 'CUSTOMER', "amountAmountMicros" = 2000001 where id = '${id(202)}';
          update ${ACME}.opportunity set position = 7 where id = '${id(202)}'`,
    expect: [
      acme('deal.created', { value: 1, stage: 'NEW' }),
      acme('deal.stage.changed', { stage: 'PROPOSAL' }, { stage: 'NEW' }),
      acme('deal.updated', { value: 2.000001 }, { value: 1, stage: 'PROPOSAL' }),
      acme('deal.stage.changed', { stage: 'CUSTOMER' }, { stage: 'PROPOSAL' }),
      acme('opportunity.won', { id: id(202), value: 2.000001 }),
    ],
  },
  {
    title: 'a stage that was added later is sent like the others',
    sql: `begin; alter type ${GLOBEX}.opportunity_stage_enum add value 'LOST'; commit;
          begin; insert into ${GLOBEX}.opportunity (id, name, stage) values ('${id(203)}', 'Old', 'LOST'); commit`,
    expect: [globex('deal.created', { stage: 'LOST', value: null, currency: null })],
  },
  {
    title: 'an opportunity that is deleted cannot be won',
    sql: `insert into ${ACME}.opportunity (id, "deletedAt") values ('${id(204)}', now());
          update ${ACME}.opportunity set stage = 'CUSTOMER' where id = '${id(204)}'`,
    expect: [],
  },
]

const message = (number: number, direction: string): string =>
  `insert into ${ACME}.message (id, subject, text, "receivedAt", "messageThreadId")
   values ('${id(number)}', 'Offer', 'Text ${number}', '2025-01-15T10:30:00Z', '${id(800)}');
   insert into ${ACME}."messageChannelMessageAssociation" ("messageId", direction, "messageExternalId")
   values ('${id(number)}', '${direction}', 'ext-${number}');`

const MESSAGES: readonly Scenario[] = [
  {
    title: 'a message has the direction of its mailbox, and its text from another table',
    sql: `${message(301, 'INCOMING')} ${message(302, 'OUTGOING')}`,
    expect: [
      acme('message.received', {
        id: id(301),
        conversation_id: id(800),
        direction: 'inbound',
        status: 'received',
        body: 'Text 301',
        subject: 'Offer',
        external_id: 'ext-301',
        sent_at: '2025-01-15T10:30:00+00:00',
      }),
      acme('message.sent', { id: id(302), direction: 'outbound', status: 'sent' }),
    ],
  },
  {
    title: 'a message that was sent and is in a second mailbox is sent once',
    sql: `${message(303, 'OUTGOING')}
          insert into ${ACME}."messageChannelMessageAssociation" ("messageId", direction) values ('${id(303)}', 'OUTGOING');
          update ${ACME}."messageChannelMessageAssociation" set "deletedAt" = now() where "messageId" = '${id(303)}'`,
    expect: [acme('message.sent', { id: id(303) })],
  },
  {
    title: 'what is rolled back in one workspace emits nothing in any',
    sql: `begin; ${message(304, 'INCOMING')} insert into ${GLOBEX}.person (id) values ('${id(305)}'); rollback`,
    expect: [],
  },
]

export const TWENTY: PresetCrm = {
  name: 'twenty',
  drift: {
    change: `alter table ${ACME}.company rename column name to title`,
    restore: `alter table ${ACME}.company rename column title to name`,
    meanwhile: {
      sql: `insert into ${ACME}.person (id, "nameFirstName", "companyId") values ('${id(501)}', 'Leo', '${LEE}')`,
      expect: [acme('contact.created', { id: id(501), first_name: 'Leo' })],
    },
    problem: /The column name of \S+\.company was renamed to title/,
  },
  probe: {
    sql: `insert into ${GLOBEX}.person ("nameFirstName") values ('Probe')`,
    organization: GLOBEX,
    event: 'contact.created',
  },
  scenarios: [...PERSONS, ...OPPORTUNITIES, ...MESSAGES],
  newTenant: {
    key: INITECH,
    create: `call core.create_workspace('${INITECH}', 'Initech')`,
    drop: `drop schema ${INITECH} cascade; delete from core.workspace where "databaseSchema" = '${INITECH}'`,
    scenarios: [
      {
        title: 'a workspace that was created later emits like the others',
        sql: `insert into ${INITECH}.company (id, name) values ('${LEE}', 'Kim Ltd');
              insert into ${INITECH}.person (id, "nameFirstName", "companyId") values ('${id(401)}', 'Kim', '${LEE}');
              insert into ${INITECH}.opportunity (id) values ('${id(402)}');
              update ${INITECH}.opportunity set stage = 'CUSTOMER' where id = '${id(402)}'`,
        expect: [
          initech('contact.created', { id: id(401), first_name: 'Kim', company: 'Kim Ltd' }),
          initech('deal.created', { id: id(402) }),
          initech('deal.stage.changed', { stage: 'CUSTOMER' }, { stage: 'NEW' }),
          initech('opportunity.won', { id: id(402) }),
        ],
      },
    ],
  },
}
