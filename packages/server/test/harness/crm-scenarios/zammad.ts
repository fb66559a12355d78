import type { PresetCrm, Scenario } from './scenario.ts'
import { emits } from './scenario.ts'

const only = emits('00000000-0000-4000-8000-000000000001')

const ticket = (id: number, columns = 'state_id', values = '1'): string =>
  `insert into tickets (id, number, title, group_id, priority_id, customer_id, ${columns})
   values (${id}, 'T${id}', 'Title ${id}', 1, 2, 3, ${values});`

const TICKETS: readonly Scenario[] = [
  {
    title: 'a ticket and its first article come in one transaction',
    sql: `${ticket(101)}
          insert into ticket_articles (id, ticket_id, type_id, sender_id, subject, body, content_type, message_id)
          values (101, 101, 1, 2, 'Fire', 'It burns', 'text/html', '<101@example.com>');
          update tickets set create_article_type_id = 1, article_count = 1, updated_at = now() where id = 101`,
    expect: [
      only('conversation.created', {
        id: '101',
        contact_id: '3',
        channel: 'unknown',
        subject: 'Title 101',
        status: 'open',
        priority: 'normal',
        assigned_to: null,
        number: 'T101',
        group: 'Users',
      }),
      only('message.received', {
        id: '101',
        conversation_id: '101',
        contact_id: '3',
        direction: 'inbound',
        type: 'email',
        body: 'It burns',
        status: 'received',
        external_id: '<101@example.com>',
        subject: 'Fire',
      }),
    ],
  },
  {
    title: 'a ticket is assigned to an agent, and giving it back to nobody emits nothing',
    sql: `${ticket(102)}
          update tickets set owner_id = 2 where id = 102; update tickets set owner_id = 1 where id = 102;
          update tickets set owner_id = 2 where id = 102`,
    expect: [
      only('conversation.created', { id: '102', assigned_to: null }),
      only('conversation.assigned', { assigned_to: '2' }, { assigned_to: null }),
      only('conversation.assigned', { assigned_to: '2' }, { assigned_to: null }),
    ],
  },
  {
    title:
      'a ticket that is opened by an agent keeps its status, and changes it when it waits and when it is closed',
    sql: `${ticket(103)}
          update tickets set state_id = 2 where id = 103; update tickets set state_id = 3 where id = 103;
          update tickets set state_id = 6 where id = 103;
          update tickets set state_id = 4, close_at = '2025-01-15 10:30' where id = 103;
          update tickets set title = 'Closed' where id = 103`,
    expect: [
      only('conversation.created', { status: 'open' }),
      only('conversation.status.changed', { status: 'pending' }, { status: 'open' }),
      only('conversation.status.changed', { status: 'closed' }, { status: 'pending' }),
      only('ticket.closed', { id: 103, number: 'T103', closed_at: '2025-01-15T10:30:00+00:00' }),
    ],
  },
  {
    title:
      'a state that the administrator added has its own name, and a ticket of an unknown kind an unknown channel',
    sql: ticket(104, 'state_id, create_article_type_id', '7, 999'),
    expect: [only('conversation.created', { status: 'waiting for parts', channel: 'unknown' })],
  },
  {
    title: 'a ticket that is destroyed is deleted once, with its articles',
    sql: `${ticket(105, 'state_id, owner_id', '5, 2')}
          insert into ticket_articles (id, ticket_id, type_id, sender_id, body) values (105, 105, 10, 3, 'Merged');
          delete from ticket_articles where ticket_id = 105; delete from tickets where id = 105`,
    expect: [
      only('conversation.created', { id: '105', status: 'merged' }),
      only('conversation.assigned', { assigned_to: '2' }),
      only('conversation.deleted', { id: '105', status: 'merged', assigned_to: '2' }),
    ],
  },
  {
    title: 'thousands of tickets that are closed at once emit both their events each',
    sql: `insert into tickets (number, title, group_id, priority_id, customer_id, state_id)
            select 'B' || n, 'Bulk', 1, 1, 3, 2 from generate_series(1, 2000) n;
          update tickets set updated_at = now() where title = 'Bulk';
          update tickets set state_id = 4, close_at = now() where title = 'Bulk'`,
    expect: [
      { ...only('conversation.created', { subject: 'Bulk', priority: 'low' }), times: 2_000 },
      { ...only('conversation.status.changed', { status: 'closed' }, { status: 'open' }), times: 2_000 },
      { ...only('ticket.closed', { title: 'Bulk' }), times: 2_000 },
    ],
  },
  {
    title: 'what is rolled back emits nothing, and a savepoint keeps what came before it',
    sql: `begin; ${ticket(106)} rollback;
          begin; ${ticket(107)} savepoint s; update tickets set owner_id = 2 where id = 107; rollback to s; commit`,
    expect: [only('conversation.created', { id: '107' })],
  },
]

const article = (id: number, columns: string, values: string): string =>
  `insert into ticket_articles (id, ticket_id, body, type_id, ${columns}) values (${id}, 1, 'Text ${id}', 1, ${values});`

const ARTICLES: readonly Scenario[] = [
  {
    title: 'an article by an agent is sent, and so is its public note',
    sql: `${article(201, 'sender_id, content_type', `1, 'text/html'`)}
          insert into ticket_articles (id, ticket_id, body, type_id, sender_id) values (202, 1, 'Seen by all', 10, 1)`,
    expect: [
      only('message.sent', { id: '201', direction: 'outbound', type: 'email', content_type: 'text/html' }),
      only('message.sent', { id: '202', type: 'note' }),
    ],
  },
  {
    title: 'internal articles and those of the system emit nothing',
    sql: `${article(203, 'sender_id, internal', '1, true')} ${article(204, 'sender_id', '3')}
          update ticket_articles set body = 'x' where id in (203, 204); delete from ticket_articles where id in (203, 204)`,
    expect: [],
  },
  {
    title: 'an internal article that is made public is sent then, and no second time',
    sql: `${article(205, 'sender_id, internal', '1, true')}
          update ticket_articles set internal = false where id = 205;
          update ticket_articles set internal = true where id = 205;
          update ticket_articles set internal = false where id = 205`,
    expect: [only('message.sent', { id: '205', body: 'Text 205' })],
  },
]

const USERS: readonly Scenario[] = [
  {
    title: 'a user is a contact with the name of its organization, and its visits emit nothing',
    sql: `insert into users (id, firstname, lastname, email, organization_id) values (301, 'Cid', 'Roe', 'cid@example.com', 1);
          update users set last_login = now(), preferences = '---', updated_at = now() where id = 301;
          update users set vip = true where id = 301; update users set organization_id = null where id = 301`,
    expect: [
      only('contact.created', {
        id: '301',
        first_name: 'Cid',
        last_name: 'Roe',
        company: 'Lee Ltd',
        vip: false,
      }),
      only('contact.updated', { vip: true }, { vip: false }),
      only('contact.updated', { company: null }, { company: 'Lee Ltd' }),
    ],
  },
  {
    title: 'a user who is deactivated is deleted, one who comes back is new, and nobody is neither',
    sql: `insert into users (id, firstname) values (302, 'Dan');
          update users set active = false where id = 302; update users set active = true where id = 302;
          update users set note = 'x', firstname = '--' where id = 1`,
    expect: [
      only('contact.created', { id: '302' }),
      only('contact.deleted', { id: '302' }),
      only('contact.created', { id: '302' }),
    ],
  },
]

export const ZAMMAD: PresetCrm = {
  name: 'zammad',
  drift: {
    change: 'alter table groups rename to teams',
    restore: 'alter table teams rename to groups',
    meanwhile: {
      sql: ticket(401),
      expect: [only('conversation.created', { id: '401', status: 'open' })],
    },
    problem: /The table public.groups, .+, was renamed to public.teams/,
  },
  probe: {
    sql: `insert into public.ticket_articles (ticket_id, type_id, sender_id, body) values (1, 1, 2, 'Probe')`,
    organization: '00000000-0000-4000-8000-000000000001',
    event: 'message.received',
  },
  scenarios: [...TICKETS, ...ARTICLES, ...USERS],
}
