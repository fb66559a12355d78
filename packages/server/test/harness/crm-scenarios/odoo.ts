import type { PresetCrm, Scenario } from './scenario.ts'
import { emits } from './scenario.ts'

const acme = emits('1')
const globex = emits('2')

const LEADS: readonly Scenario[] = [
  {
    title: 'an opportunity without a company belongs to the first one, and has the name of its stage',
    sql: `insert into crm_lead (id, name, type, stage_id, partner_id, expected_revenue, probability, date_deadline, lead_properties, email_from, create_date)
          values (101, 'Plan', 'opportunity', 1, 2, 1250.5, 10, '2025-02-28', '{"a1b2": "red"}', 'ann@example.com', '2025-01-15 10:30')`,
    expect: [
      acme('deal.created', {
        id: '101',
        title: 'Plan',
        contact_id: '2',
        stage: 'New',
        value: 1250.5,
        expected_close_date: '2025-02-28',
        custom_fields: { a1b2: 'red' },
        assigned_to: null,
        probability: 10,
        email: 'ann@example.com',
        created_at: '2025-01-15T10:30:00+00:00',
      }),
    ],
  },
  {
    title: 'a lead is no deal until it is converted to an opportunity',
    sql: `insert into crm_lead (id, name, contact_name, email_from, company_id) values (102, 'Asked', 'Dan', 'dan@example.com', 2);
          update crm_lead set phone = '+15550102' where id = 102;
          update crm_lead set type = 'opportunity', stage_id = 1, user_id = 3 where id = 102`,
    expect: [
      globex('lead.created', { id: 102, title: 'Asked', contact_name: 'Dan', email: 'dan@example.com' }),
      globex('deal.created', { id: '102', stage: 'New', phone: '+15550102' }),
      globex('deal.assigned', { id: '102', assigned_to: '3' }, { assigned_to: null }),
    ],
  },
  {
    title: 'an opportunity moves on, through a stage that has a name in another language only, and is won',
    sql: `insert into crm_lead (id, name, type, stage_id, company_id, probability) values (103, 'Big', 'opportunity', 2, 1, 20);
          update crm_lead set stage_id = 3 where id = 103;
          update crm_lead set stage_id = 4, probability = 100, date_closed = now() where id = 103;
          update crm_lead set write_date = now() where id = 103`,
    expect: [
      acme('deal.created', { stage: 'Proposition' }),
      acme('deal.stage.changed', { stage: 'Verhandlung' }, { stage: 'Proposition' }),
      acme('deal.updated', { probability: 100 }, { probability: 20, stage: 'Verhandlung' }),
      acme('deal.stage.changed', { stage: 'Won' }, { stage: 'Verhandlung' }),
      acme('deal.won', { id: 103, title: 'Big' }),
    ],
  },
  {
    title: 'an opportunity that is lost is archived, which deletes it until it is restored',
    sql: `insert into crm_lead (id, name, type, stage_id, company_id) values (104, 'Lost', 'opportunity', 1, 1);
          update crm_lead set active = false, probability = 0 where id = 104;
          update crm_lead set name = 'Lost for good' where id = 104;
          update crm_lead set active = true where id = 104;
          update crm_lead set active = false where id = 104; delete from crm_lead where id = 104`,
    expect: [
      acme('deal.created', { id: '104' }),
      acme('deal.deleted', { id: '104', title: 'Lost' }),
      acme('deal.created', { id: '104', title: 'Lost for good' }),
      acme('deal.deleted', { id: '104', title: 'Lost for good' }),
    ],
  },
  {
    title:
      'an opportunity that moves to another company is new there, and one that only names its company stays',
    sql: `insert into crm_lead (id, name, type, stage_id) values (105, 'Moves', 'opportunity', 1);
          update crm_lead set company_id = 1 where id = 105;
          update crm_lead set company_id = 2 where id = 105`,
    expect: [acme('deal.created', { id: '105' }), globex('deal.created', { id: '105', title: 'Moves' })],
  },
  {
    title: 'an opportunity that is archived while it moves to another company tells that company nothing',
    sql: `insert into crm_lead (id, name, type, stage_id, company_id) values (108, 'Secret', 'opportunity', 1, 1);
          update crm_lead set company_id = 2, active = false where id = 108`,
    expect: [acme('deal.created', { id: '108' })],
  },
  {
    title: 'an opportunity without a stage has none',
    sql: `insert into crm_lead (id, name, type, company_id) values (106, 'Nowhere', 'opportunity', 1);
          update crm_lead set stage_id = 1 where id = 106; delete from crm_lead where id = 106`,
    expect: [
      acme('deal.created', { stage: 'none' }),
      acme('deal.stage.changed', { stage: 'New' }, { stage: 'none' }),
      acme('deal.deleted', { id: '106', stage: 'New' }),
    ],
  },
  {
    title: 'a company and its first opportunity may come in one transaction',
    sql: `insert into res_company (id, name) values (90, 'Initech');
          insert into crm_lead (id, name, type, stage_id, company_id) values (107, 'First', 'opportunity', 1, 90)`,
    expect: [emits('90')('deal.created', { id: '107' })],
  },
  {
    title:
      'thousands of opportunities that are assigned at once emit an event each, and a recount of all none',
    sql: `insert into crm_lead (name, type, stage_id, company_id) select 'Bulk', 'opportunity', 1, 2 from generate_series(1, 3000);
          update crm_lead set user_id = 3 where name = 'Bulk';
          update crm_lead set write_date = now(), description = 'x'`,
    expect: [
      { ...globex('deal.created', { title: 'Bulk' }), times: 3_000 },
      { ...globex('deal.assigned', { assigned_to: '3' }, { assigned_to: null }), times: 3_000 },
    ],
  },
  {
    title: 'what is rolled back emits nothing',
    sql: `begin; insert into crm_lead (name, type, stage_id) values ('Never', 'opportunity', 1);
          insert into mail_message (model, res_id, message_type, subtype_id) values ('crm.lead', 1, 'email', 1); rollback`,
    expect: [],
  },
]

const PARTNERS: readonly Scenario[] = [
  {
    title: 'a person is a contact with the name of its company, which is none itself',
    sql: `insert into res_partner (id, name, is_company) values (201, 'Roe Ltd', true);
          insert into res_partner (id, name, parent_id, email, user_id) values (202, 'Cid Roe', 201, 'cid@example.com', 2);
          update res_partner set name = 'Roe Limited' where id = 201`,
    expect: [
      acme('contact.created', {
        id: '202',
        first_name: 'Cid Roe',
        company: 'Roe Ltd',
        email: 'cid@example.com',
      }),
      acme('contact.assigned', { assigned_to: '2' }, { assigned_to: null }),
    ],
  },
  {
    title: 'a person that turns out to be a company is no contact any more, and neither is an archived one',
    sql: `insert into res_partner (id, name, company_id) values (203, 'Dan', 2), (204, 'Eve', 2);
          update res_partner set is_company = true where id = 203;
          update res_partner set active = false where id = 204; delete from res_partner where id in (203, 204)`,
    expect: [
      globex('contact.created', { id: '203' }),
      globex('contact.created', { id: '204' }),
      globex('contact.deleted', { id: '203' }),
      globex('contact.deleted', { id: '204' }),
    ],
  },
]

const message = (id: number, type: string, more = 'subtype_id', values = '1'): string =>
  `insert into mail_message (id, model, res_id, message_type, body, message_id, ${more})
   values (${id}, 'crm.lead', 1, '${type}', '<p>Text ${id}</p>', '<${id}@example.com>', ${values});`

const MESSAGES: readonly Scenario[] = [
  {
    title: 'an e-mail that came in is received, and an answer to it is sent',
    sql: `${message(301, 'email')} ${message(302, 'comment')} ${message(303, 'auto_comment')}`,
    expect: [
      acme('message.received', {
        id: '301',
        contact_id: '2',
        direction: 'inbound',
        type: 'email',
        status: 'received',
        body: '<p>Text 301</p>',
        external_id: '<301@example.com>',
        deal_id: 1,
      }),
      acme('message.sent', { id: '302', direction: 'outbound', status: 'sent' }),
      acme('message.sent', { id: '303' }),
    ],
  },
  {
    title:
      'notes, messages among employees, notices of the system, and what belongs to other records emit nothing',
    sql: `${message(304, 'comment', 'subtype_id', '2')} ${message(305, 'comment', 'subtype_id, is_internal', '1, true')}
          ${message(306, 'notification')} ${message(307, 'comment', 'subtype_id', 'null')}
          insert into mail_message (id, model, res_id, message_type, subtype_id) values (308, 'res.partner', 2, 'email', 1);
          update mail_message set body = 'x' where id between 304 and 308`,
    expect: [],
  },
  {
    title: 'a message among employees that is opened to the customer is sent then',
    sql: `${message(309, 'comment', 'subtype_id, is_internal', '1, true')}
          update mail_message set is_internal = false where id = 309; update mail_message set body = 'x' where id = 309`,
    expect: [acme('message.sent', { id: '309', body: '<p>Text 309</p>' })],
  },
  {
    title: 'a message belongs to the company of its record, and one whose record is gone has no contact',
    sql: `${message(310, 'email', 'subtype_id, record_company_id', '1, 2')}
          insert into mail_message (id, model, res_id, message_type, subtype_id) values (311, 'crm.lead', 999999, 'email', 1)`,
    expect: [
      globex('message.received', { id: '310', contact_id: '2' }),
      acme('message.received', { id: '311', contact_id: null }),
    ],
  },
]

export const ODOO: PresetCrm = {
  name: 'odoo',
  drift: {
    change: 'alter table crm_lead rename column phone to mobile',
    restore: 'alter table crm_lead rename column mobile to phone',
    meanwhile: {
      sql: `insert into crm_lead (id, name, type, stage_id, mobile) values (401, 'Later', 'opportunity', 1, '1')`,
      expect: [acme('deal.created', { id: '401', stage: 'New' })],
    },
    problem: /The column phone of public\.crm_lead was renamed to mobile/,
  },
  probe: {
    sql: `insert into public.crm_lead (name) values ('Probe')`,
    organization: '1',
    event: 'lead.created',
  },
  scenarios: [...LEADS, ...PARTNERS, ...MESSAGES],
}
