import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyFilter, readFilter, toBuilder, writeFilter } from './filter-model.ts'
import type { Condition, FilterDraft } from './filter-model.ts'

const stageIsWon: Condition = { field: 'stage', kind: 'text', operator: 'is', value: 'Won' }
const valueOver: Condition = { field: 'value', kind: 'number', operator: 'over', value: '1000' }

const built = (conditions: Condition[], match: FilterDraft['match'] = 'all'): FilterDraft => ({
  ...emptyFilter,
  mode: 'builder',
  match,
  conditions,
})

test('conditions that must all match become one object', () => {
  assert.deepEqual(writeFilter(built([stageIsWon, valueOver])), {
    'data.stage': 'Won',
    'data.value': { $gt: 1000 },
  })
})

test('two conditions on one field become a list of $and', () => {
  const under: Condition = { ...valueOver, operator: 'under', value: '5000' }
  assert.deepEqual(writeFilter(built([valueOver, under])), {
    $and: [{ 'data.value': { $gt: 1000 } }, { 'data.value': { $lt: 5000 } }],
  })
})

test('conditions of which one must match become a list of $or', () => {
  assert.deepEqual(writeFilter(built([stageIsWon, valueOver], 'any')), {
    $or: [{ 'data.stage': 'Won' }, { 'data.value': { $gt: 1000 } }],
  })
})

test('an unfinished condition is ignored', () => {
  assert.equal(writeFilter(built([{ ...stageIsWon, value: ' ' }])), null)
})

test('the builder can read every filter that it writes', () => {
  const all: Condition[] = [
    { ...stageIsWon, operator: 'isNot' },
    { field: 'currency', kind: 'text', operator: 'isOneOf', value: 'EUR, USD' },
    { field: 'tags', kind: 'text', operator: 'includes', value: 'vip' },
    { ...valueOver, operator: 'atMost' },
    { field: 'assigned_to', kind: 'text', operator: 'isSet', value: '' },
    { field: 'company', kind: 'text', operator: 'isEmpty', value: '' },
    { field: 'stage', kind: 'text', operator: 'was', value: 'New' },
    { field: 'custom_fields.vip', kind: 'yesNo', operator: 'is', value: 'true' },
  ]
  for (const match of ['all', 'any'] as const) {
    const filter = writeFilter(built(all, match)) as Record<string, unknown>
    const read = readFilter(filter)
    assert.equal(read.mode, 'builder')
    assert.deepEqual(read.conditions, all)
    assert.equal(read.match, match)
  }
})

test('a filter that conditions cannot express is edited as JSON and stays unchanged', () => {
  const filter = { 'data.tags': { $all: ['vip', 'eu'] } }
  const read = readFilter(filter)
  assert.equal(read.mode, 'json')
  assert.deepEqual(writeFilter(read), filter)
  assert.equal(toBuilder(read), undefined)
})
