import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StartError } from '../../domain/errors.ts'
import { parseMap } from './parse-map.ts'

const CONTACT = {
  record: 'contact',
  table: 'public.people',
  organization: { column: 'org' },
  columns: { id: 'id' },
}

function refusal(map: unknown): string {
  const text = typeof map === 'string' ? map : JSON.stringify(map)
  try {
    parseMap(text, 'map.json')
  } catch (error) {
    assert.ok(error instanceof StartError)
    return error.message
  }
  throw new Error('the map was accepted')
}

describe('a map', () => {
  it('may have records and events, a schema for editors and tenants', () => {
    const map = parseMap(
      JSON.stringify({
        $schema: 'https://example.com/map.schema.json',
        organizations: { table: 'public.accounts', id: 'id', name: 'name' },
        records: [{ ...CONTACT, where: 'not hidden', also: { 'address.city': 'city' }, deletes: true }],
        events: [
          {
            type: 'invoice.paid',
            table: 'billing.invoices',
            on: ['update'],
            when: 'new.paid',
            data: { id: 'id' },
          },
        ],
      }),
      'map.json',
    )
    assert.equal(map.records.length + map.events.length, 2)
  })

  for (const [what, map, reason] of [
    ['that is not JSON', '{', /map\.json is not JSON/],
    ['without an entry', {}, /must have at least one entry in records or events/],
    ['with an unknown key', { record: [CONTACT] }, /the map: has no key record; did you mean records\?/],
    [
      'with an unknown key in an entry',
      { records: [{ ...CONTACT, organisation: {} }] },
      /records\.0: has no key organisation; did you mean organization\?/,
    ],
    [
      'with an unknown key in what a column is read from',
      { records: [{ ...CONTACT, columns: { id: { column: 'id', valus: {} } } }] },
      /records\.0\.columns\.id: has no key valus; did you mean values\?/,
    ],
    [
      'with a column that the record does not have',
      { records: [{ ...CONTACT, columns: { id: 'id', firstname: 'fname' } }] },
      /records\.0\.columns\.firstname: a contact has no such column; did you mean first_name\?/,
    ],
    [
      'with a key in a column that is no object',
      { records: [{ ...CONTACT, columns: { id: 'id', 'email.work': 'mail' } }] },
      /records\.0\.columns\.email\.work: a contact has no such column/,
    ],
    [
      'with an unknown record',
      { records: [{ ...CONTACT, record: 'person' }] },
      /records\.0\.record: must be one of contact, deal/,
    ],
    [
      'with a table that is no name',
      { records: [{ ...CONTACT, table: 'a;b' }] },
      /records\.0\.table: must be a schema and a table/,
    ],
    [
      'with an event type in capitals',
      { events: [{ type: 'Paid', table: 'a.b', on: ['insert'], data: { id: 'id' } }] },
      /events\.0\.type: must be an event type: lower-case words separated by dots/,
    ],
    [
      'with an unknown operation',
      { events: [{ type: 'a.b', table: 'a.b', on: ['upsert'], data: { id: 'id' } }] },
      /events\.0\.on\.0: must be one of insert, update, delete/,
    ],
    [
      'with an organization in a form that there is not',
      { records: [{ ...CONTACT, organization: {} }] },
      /records\.0\.organization: must be \{"column": …\}/,
    ],
    [
      'with a key that is there twice',
      `{"records": [${JSON.stringify(CONTACT).replace('"id":"id"', '"id":"id","email":"a","email":"b"')}]}`,
      /records\.0\.columns\.email: is there twice/,
    ],
  ] as const) {
    it(`${what} is refused with what would be right`, () => assert.match(refusal(map), reason))
  }

  it('of an earlier version is refused with the same map in the form of today', () => {
    const { record: _, ...entry } = CONTACT
    const message = refusal({ contact: entry })
    assert.match(message, /Records are a list now/)
    const converted = message.slice(message.indexOf('\n'))
    assert.deepEqual(parseMap(converted, 'map.json').records, [CONTACT])
  })
})
