import type { PresetCrm, Scenario } from './scenario.ts'
import { emits } from './scenario.ts'

const acme = emits('1')
const globex = emits('2')

const CONTACTS: readonly Scenario[] = [
  {
    title: 'a new contact has the company and the custom attributes of its JSON columns',
    sql: `insert into contacts (id, name, email, phone_number, account_id, additional_attributes, custom_attributes, created_at)
          values (101, 'Cid Roe', 'cid@example.com', '+15550101', 1, '{"company_name": "Roe Ltd", "city": "Oslo"}', '{"plan": "pro"}', '2025-01-15 10:30')`,
    expect: [
      acme('contact.created', {
        id: '101',
        first_name: 'Cid Roe',
        email: 'cid@example.com',
        phone: '+15550101',
        company: 'Roe Ltd',
        custom_fields: { plan: 'pro' },
        blocked: false,
        created_at: '2025-01-15T10:30:00+00:00',
      }),
    ],
  },
  {
    title: 'a contact that changes has its former values, and one that is merely active emits nothing',
    sql: `insert into contacts (id, name, email, account_id) values (102, 'Dan', 'dan@example.com', 1);
          update contacts set last_activity_at = now(), updated_at = now() where id = 102;
          update contacts set email = 'dan@roe.example.com', blocked = true where id = 102;
          update contacts set additional_attributes = '{"city": "Rome"}' where id = 102`,
    expect: [
      acme('contact.created', { id: '102' }),
      acme(
        'contact.updated',
        { email: 'dan@roe.example.com', blocked: true },
        { email: 'dan@example.com', blocked: false },
      ),
    ],
  },
  {
    title: 'an import that meets an existing contact updates it',
    sql: `insert into contacts (id, name, email, account_id) values (103, 'Eve', 'eve@example.com', 1);
          insert into contacts (name, email, account_id) values ('Eve Fox', 'eve@example.com', 1)
            on conflict (email, account_id) do update set name = excluded.name`,
    expect: [
      acme('contact.created', { id: '103', first_name: 'Eve' }),
      acme('contact.updated', { id: '103', first_name: 'Eve Fox' }, { first_name: 'Eve' }),
    ],
  },
  {
    title: 'a contact that moves to another account is new there, without what it was before',
    sql: `insert into contacts (id, name, email, account_id) values (104, 'Flo', 'flo@example.com', 1);
          update contacts set account_id = 2, name = 'Flora' where id = 104`,
    expect: [
      acme('contact.created', { id: '104' }),
      globex('contact.created', { id: '104', first_name: 'Flora' }),
    ],
  },
  {
    title: 'a contact that is deleted is sent as it was',
    sql: `insert into contacts (id, name, account_id) values (105, 'Gus', 2);
          delete from contacts where id = 105`,
    expect: [
      globex('contact.created', { id: '105' }),
      globex('contact.deleted', { id: '105', first_name: 'Gus' }),
    ],
  },
  {
    title: 'what is rolled back emits nothing, and neither does what a savepoint takes back',
    sql: `begin; insert into contacts (id, name, account_id) values (107, 'Hal', 1); rollback;
          begin; insert into contacts (id, name, account_id) values (108, 'Ida', 1);
          savepoint before; update contacts set name = 'Ivy' where id = 108; rollback to before; commit`,
    expect: [acme('contact.created', { id: '108', first_name: 'Ida' })],
  },
  {
    title: 'thousands of contacts that change at once emit an event each',
    sql: `insert into contacts (name, account_id, identifier) select 'Bulk', 1, 'bulk-' || n from generate_series(1, 3000) n;
          update contacts set custom_attributes = '{"segment": "b"}' where identifier like 'bulk-%';
          delete from contacts where identifier like 'bulk-%'`,
    expect: [
      { ...acme('contact.created', { first_name: 'Bulk' }), times: 3_000 },
      {
        ...acme('contact.updated', { custom_fields: { segment: 'b' } }, { custom_fields: {} }),
        times: 3_000,
      },
      { ...acme('contact.deleted', { first_name: 'Bulk' }), times: 3_000 },
    ],
  },
  {
    title: 'an account and all that is in it may come in one transaction',
    sql: `insert into accounts (id, name) values (900, 'Initech');
          insert into inboxes (id, account_id, name, channel_type) values (900, 900, 'API', 'Channel::Api');
          insert into contacts (id, name, account_id) values (109, 'Kim', 900);
          insert into conversations (id, account_id, inbox_id, contact_id) values (109, 900, 900, 109);
          insert into messages (id, content, account_id, inbox_id, conversation_id, message_type, sender_type, sender_id)
          values (109, 'First', 900, 900, 109, 0, 'Contact', 109)`,
    expect: [
      emits('900')('contact.created', { id: '109' }),
      emits('900')('conversation.created', { id: '109', number: 1, channel: 'api', contact_id: '109' }),
      emits('900')('message.received', { id: '109', contact_id: '109' }),
    ],
  },
]

const CONVERSATIONS: readonly Scenario[] = [
  {
    title: 'a conversation has the names of its numbers, and the channel of its inbox',
    sql: `insert into conversations (id, account_id, inbox_id, contact_id, priority, assignee_id, additional_attributes)
          values (201, 1, 2, 1, 3, 1, '{"mail_subject": "Hello"}')`,
    expect: [
      acme('conversation.created', {
        id: '201',
        contact_id: '1',
        channel: 'whatsapp',
        subject: 'Hello',
        status: 'open',
        priority: 'urgent',
        assigned_to: '1',
        inbox_id: 2,
      }),
      acme('conversation.assigned', { id: '201' }, { assigned_to: null }),
    ],
  },
  {
    title: 'a conversation is assigned, handed over, left alone, and resolved once',
    sql: `insert into conversations (id, account_id, inbox_id, contact_id) values (202, 1, 1, 1);
          update conversations set assignee_id = 1 where id = 202;
          update conversations set assignee_id = 2 where id = 202;
          update conversations set assignee_id = null where id = 202;
          update conversations set status = 2 where id = 202;
          update conversations set status = 1 where id = 202;
          update conversations set status = 1, last_activity_at = now() where id = 202`,
    expect: [
      acme('conversation.created', { id: '202', channel: 'webwidget', priority: null }),
      acme('conversation.assigned', { assigned_to: '1' }, { assigned_to: null }),
      acme('conversation.assigned', { assigned_to: '2' }, { assigned_to: '1' }),
      acme('conversation.status.changed', { status: 'pending' }, { status: 'open' }),
      acme('conversation.status.changed', { status: 'resolved' }, { status: 'pending' }),
      acme('conversation.resolved', { id: 202, contact_id: 1, assigned_to: null }),
    ],
  },
  {
    title: 'a conversation whose inbox is gone has no known channel',
    sql: `insert into conversations (id, account_id, inbox_id, contact_id) values (203, 2, 999, 2)`,
    expect: [globex('conversation.created', { id: '203', channel: 'unknown' })],
  },
]

const message = (id: number, columns: string, values: string): string =>
  `insert into messages (id, account_id, inbox_id, conversation_id, content, ${columns})
   values (${id}, 1, 2, 1, 'Text ${id}', ${values});`

const MESSAGES: readonly Scenario[] = [
  {
    title: 'a message from a contact is received',
    sql: message(301, 'message_type, sender_type, sender_id, source_id', `0, 'Contact', 1, 'wamid.301'`),
    expect: [
      acme('message.received', {
        id: '301',
        conversation_id: '1',
        contact_id: '1',
        direction: 'inbound',
        type: 'text',
        body: 'Text 301',
        status: 'received',
        external_id: 'wamid.301',
        error: null,
      }),
    ],
  },
  {
    title: 'a message to a contact emits each status once, however often it comes',
    sql: `${message(302, 'message_type, sender_type, sender_id', `1, 'User', 1`)}
          update messages set status = 1 where id = 302; update messages set status = 2 where id = 302;
          update messages set status = 1 where id = 302; update messages set status = 2 where id = 302`,
    expect: [
      acme('message.sent', { id: '302', direction: 'outbound', contact_id: '1' }),
      acme('message.delivered', { id: '302', status: 'delivered' }),
      acme('message.read', { id: '302', status: 'read' }),
    ],
  },
  {
    title: 'internal notes and activity messages emit nothing, whatever becomes of them',
    sql: `${message(303, 'message_type, private', '1, true')}
          ${message(304, 'message_type', '2')}
          update messages set status = 1 where id in (303, 304); update messages set content = 'x' where id in (303, 304);
          delete from messages where id in (303, 304)`,
    expect: [],
  },
  {
    title: 'an internal note that becomes public is sent then, and not once more',
    sql: `${message(305, 'message_type, private', '1, true')}
          update messages set private = false where id = 305;
          update messages set content = 'Other' where id = 305`,
    expect: [acme('message.sent', { id: '305', status: 'sent', body: 'Text 305' })],
  },
  {
    title: 'a message by a template is sent, too',
    sql: message(306, 'message_type, content_type', '3, 9'),
    expect: [acme('message.sent', { id: '306', direction: 'outbound', type: 'interactive' })],
  },
  {
    title: 'a message that fails says why, in both ways in which the program stores its attributes',
    sql: `${message(307, 'message_type', '1')} ${message(308, 'message_type', '1')}
          update messages set status = 3, content_attributes = '{"external_error": "131026: not on WhatsApp"}' where id = 307;
          update messages set status = 3, content_attributes = '"{\\"external_error\\":\\"refused\\"}"' where id = 308`,
    expect: [
      acme('message.sent', { id: '307' }),
      acme('message.sent', { id: '308' }),
      acme('message.failed', { id: '307', error: '131026: not on WhatsApp' }),
      acme('message.failed', { id: '308', error: 'refused' }),
    ],
  },
  {
    title:
      'a message that is deleted softly is sent with the text that it had, and its removal emits nothing',
    sql: `${message(309, 'message_type', '0')} ${message(310, 'message_type', '0')}
          update messages set content = 'This message was deleted', content_attributes = '{"deleted": true}' where id = 309;
          update messages set content = 'This message was deleted', content_attributes = '"{\\"deleted\\":true}"' where id = 310;
          delete from messages where id in (309, 310)`,
    expect: [
      acme('message.received', { id: '309' }),
      acme('message.received', { id: '310' }),
      acme('message.deleted', { id: '309', body: 'Text 309' }),
      acme('message.deleted', { id: '310', body: 'Text 310' }),
    ],
  },
  {
    title: 'attributes that an expression cannot read cost only the events of their row',
    sql: `insert into messages (id, account_id, inbox_id, conversation_id, message_type, content_attributes)
          values (311, 1, 2, 1, 0, '{}'), (312, 1, 2, 1, 0, '{"email": "\\u0000"}'), (313, 1, 2, 1, 0, null)`,
    expect: [acme('message.received', { id: '311' }), acme('message.received', { id: '313' })],
    faultyRows: 1,
  },
]

export const CHATWOOT: PresetCrm = {
  name: 'chatwoot',
  drift: {
    change: 'alter table inboxes rename column channel_type to kind',
    restore: 'alter table inboxes rename column kind to channel_type',
    meanwhile: {
      sql: 'insert into conversations (id, account_id, inbox_id, contact_id) values (401, 1, 2, 1)',
      expect: [acme('conversation.created', { id: '401', status: 'open' })],
    },
    problem: /The column channel_type of public\.inboxes was renamed to kind/,
  },
  probe: {
    sql: `insert into public.contacts (name, account_id) values ('Probe', 2)`,
    organization: '2',
    event: 'contact.created',
  },
  scenarios: [...CONTACTS, ...CONVERSATIONS, ...MESSAGES],
}
