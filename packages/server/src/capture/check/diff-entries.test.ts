import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffEntries } from './diff-entries.ts'

const contact = {
  record: 'contact',
  table: 'people',
  where: 'not hidden',
  columns: { id: 'id', email: 'mail', phone: 'mobile' },
  also: ['score'],
}

test('the same entry does not differ', () => {
  assert.deepEqual(diffEntries(contact, structuredClone(contact)), [])
})

test('fields are compared one by one, conditions and lists as a whole', () => {
  const other = {
    ...contact,
    where: 'true',
    columns: { id: 'id', email: { sql: 'lower(mail)' }, company: 'firm' },
    also: ['score', 'rank'],
    deletes: true,
  }
  assert.deepEqual(diffEntries(contact, other), [
    'where: "not hidden" → "true"',
    'columns.email: "mail" → {"sql":"lower(mail)"}',
    'columns.phone: "mobile" → none',
    'columns.company: none → "firm"',
    'also: ["score"] → ["score","rank"]',
    'deletes: none → true',
  ])
})

test('fields of an object that was not there are added one by one', () => {
  assert.deepEqual(diffEntries({ table: 'a' }, { table: 'a', also: { plan: 'plan' } }), [
    'also.plan: none → "plan"',
  ])
})
