import type { PresetCrm, Scenario } from './scenario.ts'
import { emits } from './scenario.ts'

const uuid = (end: string): string => `60000000-0000-4000-8000-${end.padStart(12, '0')}`
const [ACME, GLOBEX, INITECH] = [uuid('1'), uuid('2'), uuid('3')]
const acme = emits(ACME)
const globex = emits(GLOBEX)
const [ANN, CONVERSATION, LEE] = [uuid('a001'), uuid('b001'), uuid('c001')]

const CUSTOMERS: readonly Scenario[] = [
  {
    title: 'a customer belongs to the account whose UUID its row has',
    sql: `insert into customers (id, account_id, company_id, name, email, metadata, first_seen, external_id, inserted_at)
          values ('${uuid('101')}', '${ACME}', '${LEE}', 'Cid Roe', 'cid@example.com', '{"plan": "pro"}', '2025-01-15', 'u-7', '2025-01-15 10:30')`,
    expect: [
      acme('contact.created', {
        id: uuid('101'),
        organization_id: ACME,
        first_name: 'Cid Roe',
        company: 'Lee Ltd',
        custom_fields: { plan: 'pro' },
        first_seen: '2025-01-15',
        external_id: 'u-7',
        created_at: '2025-01-15T10:30:00+00:00',
      }),
    ],
  },
  {
    title: 'a customer who looks around emits nothing, and one who gives an address an event',
    sql: `insert into customers (id, account_id) values ('${uuid('102')}', '${ACME}');
          update customers set last_seen_at = now(), current_url = '/pricing', updated_at = now() where id = '${uuid('102')}';
          update customers set email = 'dan@example.com' where id = '${uuid('102')}'`,
    expect: [
      acme('contact.created', { id: uuid('102'), email: null, custom_fields: {} }),
      acme('contact.updated', { email: 'dan@example.com' }, { email: null }),
    ],
  },
  {
    title: 'a customer who moves to another account is new there',
    sql: `insert into customers (id, account_id, name) values ('${uuid('103')}', '${ACME}', 'Eve');
          update customers set account_id = '${GLOBEX}' where id = '${uuid('103')}';
          delete from customers where id = '${uuid('103')}'`,
    expect: [
      acme('contact.created', { id: uuid('103') }),
      globex('contact.created', { id: uuid('103'), first_name: 'Eve' }),
      globex('contact.deleted', { id: uuid('103') }),
    ],
  },
  {
    title: 'an account may come with its customers, and go with them',
    sql: `insert into accounts (id, company_name) values ('${INITECH}', 'Initech');
          insert into customers (id, account_id, name) values ('${uuid('104')}', '${INITECH}', 'Flo');
          delete from accounts where id = '${INITECH}'`,
    expect: [
      emits(INITECH)('contact.created', { id: uuid('104') }),
      emits(INITECH)('contact.deleted', { id: uuid('104'), first_name: 'Flo' }),
    ],
  },
  {
    title: 'thousands of customers that change at once emit an event each',
    sql: `insert into customers (account_id, name) select '${GLOBEX}', 'Bulk' from generate_series(1, 2000);
          update customers set metadata = '{"segment": 1}' where name = 'Bulk';
          delete from customers where name = 'Bulk'`,
    expect: [
      { ...globex('contact.created', { first_name: 'Bulk' }), times: 2_000 },
      {
        ...globex('contact.updated', { custom_fields: { segment: 1 } }, { custom_fields: {} }),
        times: 2_000,
      },
      { ...globex('contact.deleted', { first_name: 'Bulk' }), times: 2_000 },
    ],
  },
]

const CONVERSATIONS: readonly Scenario[] = [
  {
    title: 'a conversation is created, assigned, marked, and closed once',
    sql: `insert into conversations (id, account_id, customer_id, source, subject) values ('${uuid('201')}', '${ACME}', '${ANN}', 'email', 'Hello');
          update conversations set assignee_id = 1 where id = '${uuid('201')}';
          update conversations set priority = 'priority', read = true where id = '${uuid('201')}';
          update conversations set status = 'closed', closed_at = '2025-01-15 10:30' where id = '${uuid('201')}';
          update conversations set status = 'closed' where id = '${uuid('201')}'`,
    expect: [
      acme('conversation.created', {
        id: uuid('201'),
        contact_id: ANN,
        channel: 'email',
        subject: 'Hello',
        status: 'open',
        priority: 'normal',
        assigned_to: null,
      }),
      acme('conversation.assigned', { assigned_to: '1' }, { assigned_to: null }),
      acme('conversation.status.changed', { status: 'closed', priority: 'high' }, { status: 'open' }),
      acme('conversation.closed', { id: uuid('201'), contact_id: ANN, assigned_to: 1 }),
    ],
  },
  {
    title: 'a conversation that is archived is deleted as it was',
    sql: `insert into conversations (id, account_id, source) values ('${uuid('202')}', '${GLOBEX}', null);
          update conversations set archived_at = now(), status = 'closed' where id = '${uuid('202')}';
          delete from conversations where id = '${uuid('202')}'`,
    expect: [
      globex('conversation.created', { id: uuid('202'), contact_id: null, channel: 'unknown' }),
      globex('conversation.deleted', { id: uuid('202'), status: 'open' }),
      globex('conversation.closed', { id: uuid('202') }),
    ],
  },
]

const message = (id: string, columns: string, values: string): string =>
  `insert into messages (id, account_id, conversation_id, body, ${columns})
   values ('${uuid(id)}', '${ACME}', '${CONVERSATION}', 'Text ${id}', ${values});`

const MESSAGES: readonly Scenario[] = [
  {
    title: 'a message of a customer is received, and one of a user sent',
    sql: `${message('301', 'customer_id, sent_at', `'${ANN}', '2025-01-15 10:30'`)} ${message('302', 'user_id', '1')}`,
    expect: [
      acme('message.received', {
        id: uuid('301'),
        conversation_id: CONVERSATION,
        contact_id: ANN,
        direction: 'inbound',
        status: 'received',
        type: 'text',
        body: 'Text 301',
        channel: 'chat',
        sent_at: '2025-01-15T10:30:00+00:00',
      }),
      acme('message.sent', { id: uuid('302'), direction: 'outbound', status: 'sent', contact_id: ANN }),
    ],
  },
  {
    title: 'a message that is seen, unseen and seen again is read once',
    sql: `${message('303', 'user_id, sent_at', '1, now()')}
          update messages set seen_at = '2025-01-15 10:30' where id = '${uuid('303')}';
          update messages set seen_at = null where id = '${uuid('303')}';
          update messages set seen_at = now() where id = '${uuid('303')}'`,
    expect: [
      acme('message.sent', { id: uuid('303'), read_at: null }),
      acme('message.read', { status: 'read', read_at: '2025-01-15T10:30:00+00:00' }),
    ],
  },
  {
    title: 'notes, messages of bots and private replies emit nothing',
    sql: `${message('304', 'user_id, type, private', `1, 'note', true`)} ${message('305', 'user_id, type', `1, 'bot'`)}
          ${message('306', 'user_id, private', '1, true')} ${message('307', 'user_id, type', '1, null')}
          update messages set body = 'x', seen_at = now() where id in ('${uuid('304')}', '${uuid('305')}', '${uuid('306')}', '${uuid('307')}')`,
    expect: [],
  },
  {
    title: 'a private reply that becomes public is sent then, also where the column had no value',
    sql: `${message('308', 'user_id, private', '1, true')}
          update messages set private = null where id = '${uuid('308')}';
          update messages set private = false where id = '${uuid('308')}';
          delete from messages where id = '${uuid('308')}'`,
    expect: [
      acme('message.sent', { id: uuid('308') }),
      acme('message.deleted', { id: uuid('308'), body: 'Text 308' }),
    ],
  },
  {
    title: 'what is rolled back emits nothing, though the rest of its transaction stays',
    sql: `begin; ${message('309', 'customer_id', `'${ANN}'`)} savepoint s; ${message('310', 'user_id', '1')} rollback to s; commit;
          begin; ${message('311', 'user_id', '1')} rollback`,
    expect: [acme('message.received', { id: uuid('309') })],
  },
]

export const PAPERCUPS: PresetCrm = {
  name: 'papercups',
  drift: {
    change: 'alter table companies rename column name to title',
    restore: 'alter table companies rename column title to name',
    meanwhile: {
      sql: `insert into customers (id, account_id, company_id, name) values ('${uuid('401')}', '${ACME}', '${LEE}', 'Leo')`,
      expect: [acme('contact.created', { id: uuid('401'), first_name: 'Leo' })],
    },
    problem: /The column name of public\.companies was renamed to title/,
  },
  probe: {
    sql: `insert into public.customers (account_id, name) values ('${GLOBEX}', 'Probe')`,
    organization: GLOBEX,
    event: 'contact.created',
  },
  scenarios: [...CUSTOMERS, ...CONVERSATIONS, ...MESSAGES],
}
