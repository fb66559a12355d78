/** A CRM of the fixtures, changes to compare its guessed map with its preset by, and what people answer about it. */
export interface GuessCase {
  name: string
  /** Lines that are typed; none: the map is right without an answer. */
  answers?: readonly string[]
  changes: readonly string[]
}

const ACME = 'workspace_1wgvd1injqtife6y4rvfbu3h5'
const uuid = (n: number): string => `'70000000-0000-4000-8000-${String(n).padStart(12, '0')}'`
const PAPERCUPS = `'60000000-0000-4000-8000-000000000001'`
const CHAT = `'60000000-0000-4000-8000-00000000b001'`
const CUSTOMER = `'60000000-0000-4000-8000-00000000a001'`
const lead = (id: number, values: string): string =>
  `insert into mail_message (id, model, res_id, body, message_type, subtype_id, is_internal) values (${id}, ${values})`

export const GUESS_CASES: readonly GuessCase[] = [
  {
    name: 'twenty',
    changes: [
      `insert into ${ACME}.person (id, "nameFirstName", "phonesPrimaryPhoneCallingCode", "phonesPrimaryPhoneNumber") values (${uuid(1)}, 'Cid', '+1', '5550101')`,
      `update ${ACME}.person set "deletedAt" = now() where id = ${uuid(1)}`,
      `insert into ${ACME}.opportunity (id, name, "amountAmountMicros", "ownerId") values (${uuid(2)}, 'Plan', 1500000, ${uuid(9)})`,
      `update ${ACME}.opportunity set stage = 'PROPOSAL' where id = ${uuid(2)}`,
      `insert into ${ACME}.message (id, text, "messageThreadId") values (${uuid(3)}, 'Hello', ${uuid(8)}), (${uuid(4)}, 'Hi', ${uuid(8)})`,
      `insert into ${ACME}."messageChannelMessageAssociation" ("messageId", direction) values (${uuid(3)}, 'INCOMING'), (${uuid(4)}, 'OUTGOING')`,
    ],
  },
  {
    name: 'atomic-crm',
    changes: [
      `insert into contacts (id, first_name, email_jsonb, company_id, sales_id) values (101, 'Cid', '[{"email": "cid@example.com"}]', 1, 1)`,
      `insert into deals (id, name, contact_ids, stage, amount, company_id) values (201, 'Plan', '{101, 1}', 'lead', 900, 1)`,
      `update deals set stage = 'won' where id = 201`,
      `update deals set archived_at = now() where id = 201`,
      `delete from contacts where id = 101`,
    ],
  },
  {
    name: 'papercups',
    changes: [
      `insert into conversations (id, account_id, customer_id, priority) values (${uuid(1)}, ${PAPERCUPS}, ${CUSTOMER}, 'priority')`,
      `update conversations set status = 'closed', assignee_id = 1 where id = ${uuid(1)}`,
      `insert into messages (id, account_id, conversation_id, body, customer_id) values (${uuid(2)}, ${PAPERCUPS}, ${CHAT}, 'Hello', ${CUSTOMER})`,
      `insert into messages (id, account_id, conversation_id, body, user_id) values (${uuid(3)}, ${PAPERCUPS}, ${CHAT}, 'Hi', 1)`,
      `update messages set seen_at = now() where id = ${uuid(3)}`,
      `insert into messages (id, account_id, conversation_id, body, user_id, private, type) values
        (${uuid(4)}, ${PAPERCUPS}, ${CHAT}, 'A note', 1, true, 'note'), (${uuid(5)}, ${PAPERCUPS}, ${CHAT}, 'A note', 1, true, 'reply'),
        (${uuid(6)}, ${PAPERCUPS}, ${CHAT}, 'A bot', 1, false, 'bot')`,
    ],
  },
  {
    name: 'zammad',
    changes: [
      `insert into users (id, firstname, email, organization_id) values (101, 'Cid', 'cid@example.com', 1)`,
      `insert into tickets (id, group_id, priority_id, state_id, number, title, customer_id) values (201, 1, 3, 1, '20001', 'Help', 101)`,
      `update tickets set owner_id = 2, state_id = 3 where id = 201`,
      `update tickets set owner_id = 1, state_id = 4 where id = 201`,
      `insert into ticket_articles (id, ticket_id, type_id, sender_id, body, internal) values
        (301, 201, 1, 2, 'It burns', false), (302, 201, 1, 1, 'Take water', false),
        (303, 201, 10, 1, 'A note', true), (304, 201, 10, 3, 'Merged', false)`,
      `update users set active = false where id = 101`,
    ],
  },
  {
    name: 'chatwoot',
    answers: [
      '0=open, 1=resolved, 2=pending, 3=snoozed',
      '0=low, 1=normal, 2=high, 3=urgent',
      '0=inbound, 1=outbound, 3=outbound',
      '',
    ],
    changes: [
      `insert into conversations (id, account_id, inbox_id, contact_id, priority) values (101, 1, 2, 1, 3)`,
      `update conversations set status = 1, assignee_id = 1 where id = 101`,
      `insert into messages (id, content, account_id, inbox_id, conversation_id, message_type, status, private, sender_type) values
        (201, 'Hello', 1, 2, 1, 0, 0, false, 'Contact'), (202, 'Hi', 1, 2, 1, 1, 0, false, 'User'), (203, 'A note', 1, 2, 1, 1, 0, true, 'User'),
        (204, 'Assigned', 1, 2, 1, 2, 0, false, null), (205, 'A form', 1, 2, 1, 3, 3, false, null)`,
      `update messages set status = 2 where id = 202`,
      `delete from contacts where id = 1`,
    ],
  },
  {
    name: 'odoo',
    answers: [
      '1',
      `message_type = 'email'`,
      '',
      `message_type in ('email', 'email_outgoing', 'comment', 'auto_comment') and subtype_id = 1`,
    ],
    changes: [
      `insert into crm_lead (id, name, type, stage_id, company_id, partner_id, user_id, expected_revenue) values
        (101, 'Asked', 'lead', 1, 2, 2, null, null), (102, 'Plan', 'opportunity', 1, 2, 2, 3, 900), (103, 'All', 'opportunity', null, null, 2, null, null)`,
      `update crm_lead set stage_id = 3 where id = 102`,
      `insert into res_partner (id, name, is_company, company_id) values (201, 'Roe Ltd', true, 1), (202, 'Cid Roe', false, null)`,
      `update crm_lead set active = false where id = 102`,
      lead(301, `'crm.lead', 1, 'Hello', 'email', 1, null`),
      lead(302, `'crm.lead', 1, 'Hi', 'comment', 1, false`),
      lead(303, `'crm.lead', 1, 'A note', 'comment', 2, true`),
      lead(304, `'crm.lead', 1, 'A note', 'comment', 1, true`),
      lead(305, `'crm.lead', 1, 'Stage changed', 'notification', 1, null`),
      lead(306, `'res.partner', 2, 'Elsewhere', 'email', 1, null`),
    ],
  },
]
