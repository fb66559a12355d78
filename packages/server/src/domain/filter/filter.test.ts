import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compileFilter, compileNewFilter } from './filter.ts'
import { Steps } from './filter-steps.ts'

const WON = {
  event: 'deal.stage.changed',
  data: { stage: 'Won', value: 1200.5, tags: ['vip', 'eu'], owner: null, lines: [{ sku: 'a', count: 2 }] },
  previous: { stage: 'Negotiation' },
}

const matching: readonly object[] = [
  {},
  { 'data.stage': 'Won' },
  { 'data.value': { $gte: 1000, $lt: 2000 } },
  { 'data.stage': { $in: ['Won', 'Lost'] } },
  { 'data.stage': { $nin: ['New'] } },
  { 'data.tags': 'vip' },
  { 'data.tags': { $all: ['vip', 'eu'] } },
  { 'data.tags': { $size: 2 } },
  { 'data.owner': null },
  { 'data.missing': { $exists: false } },
  { 'previous.stage': { $ne: 'Won' } },
  { event: 'deal.stage.changed' },
  { 'data.value': { $not: { $lt: 1000 } } },
  { 'data.lines': { $elemMatch: { sku: 'a', count: { $gt: 1 } } } },
  { $and: [{ 'data.stage': 'Won' }, { $or: [{ 'data.value': 1 }, { 'data.tags': 'eu' }] }] },
  { $nor: [{ 'data.stage': 'Lost' }] },
]

for (const filter of matching) {
  test(`the event matches the filter ${JSON.stringify(filter)}`, () =>
    assert.equal(compileFilter(filter)(WON), true))
}

const missing: readonly object[] = [
  { 'data.stage': 'won' },
  { 'data.value': '1200.5' },
  { 'data.value': { $gt: 1200.5 } },
  { 'previous.owner': { $exists: true } },
  { $and: [{ 'data.stage': 'Won' }, { event: 'deal.created' }] },
]

for (const filter of missing) {
  test(`the event does not match the filter ${JSON.stringify(filter)}`, () =>
    assert.equal(compileFilter(filter)(WON), false))
}

const wrong: readonly [unknown, RegExp][] = [
  ['data.stage = Won', /filter: must be an object/],
  [[], /filter: must be an object/],
  [{ stage: 'Won' }, /filter\.stage: fields start with data\..*write "data\.stage"/],
  [{ $where: 'true' }, /filter: \$where is not allowed here; use \$and, \$or, \$nor/],
  [{ 'data.stage': { $regex: '^W' } }, /filter\.data\.stage: \$regex is not allowed here; use \$eq/],
  [{ 'data.stage': { $in: 'Won' } }, /filter\.data\.stage\.\$in: must be a non-empty list/],
  [{ 'data.stage': { $exists: 'yes' } }, /must be true or false/],
  [{ $or: [] }, /filter\.\$or: must be a non-empty list/],
  [{ $or: [{ stage: 1 }] }, /filter\.\$or\[0\]\.stage/],
  [{ 'data.x': { $eq: 1, plain: 2 } }, /plain is not allowed here/],
  [{ 'data.x': 'y'.repeat(20_000) }, /16 KiB/],
]

for (const [filter, message] of wrong) {
  test(`the filter ${JSON.stringify(filter).slice(0, 60)} is refused with a message that explains the mistake`, () => {
    assert.throws(() => compileFilter(filter), message)
  })
}

test('a filter that is nested too deeply is refused', () => {
  let filter: object = { 'data.x': 1 }
  for (let level = 0; level < 1_000; level += 1) filter = { $and: [filter] }
  assert.throws(() => compileFilter(filter), /nested deeper/)
})

test('a filter that compiles never throws, whatever JSON it consists of', () => {
  const subject = fc.record({ event: fc.string(), data: fc.dictionary(fc.string(), fc.jsonValue()) })
  const operators = [
    '$eq',
    '$ne',
    '$gt',
    '$gte',
    '$lt',
    '$lte',
    '$in',
    '$nin',
    '$exists',
    '$all',
    '$size',
    '$not',
    '$elemMatch',
  ]
  const condition = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom(...operators), fc.jsonValue(), { maxKeys: 2 }),
  )
  const filter = fc.dictionary(
    fc.string().map((name) => `data.${name}`),
    condition,
    { maxKeys: 3 },
  )
  fc.assert(
    fc.property(filter, subject, (query, value) => {
      let compiled: ReturnType<typeof compileFilter>
      try {
        compiled = compileFilter(query)
      } catch {
        return
      }
      assert.equal(typeof compiled(value), 'boolean')
    }),
    { numRuns: 500 },
  )
})

const OWN = {
  event: 'a.b',
  data: { items: [{ length: 150 }], name: 'Ada', none: {}, tags: [], deep: [[1], [2]] },
}

for (const [filter, isMatch] of [
  [{ 'data.items.length': { $gt: 100 } }, true],
  [{ 'data.items.length': 1 }, false],
  [{ 'data.name.length': 3 }, false],
  [{ 'data.name.0': 'A' }, false],
  [{ 'data.constructor.name': 'Object' }, false],
  [{ 'data.none.toString': { $exists: true } }, false],
  [{ 'data.tags.length': { $exists: true } }, false],
  [{ 'data.__proto__': { $exists: true } }, false],
  [{ 'data.items.0.length': 150 }, true],
  [{ 'data.items.1.length': { $exists: false } }, true],
  [{ 'data.deep': 2 }, true],
] as const) {
  test(`the filter ${JSON.stringify(filter)} reads only fields that exist in the JSON`, () => {
    assert.equal(compileFilter(filter)(OWN), isMatch)
  })
}

test('a long list of operands costs one step for each value of the event', () => {
  const steps = new Steps()
  const operands = Array.from({ length: 3_200 }, (_, n) => n + 2)
  const event = { event: 'a.b', data: { a: Array.from({ length: 130_000 }, () => 1) } }
  assert.equal(compileFilter({ 'data.a': { $in: operands } })(event, steps), false)
  assert.ok(steps.taken < 130_010)
})

test('a filter always stops after the same number of steps when it exceeds the limit', () => {
  const event = { event: 'a.b', data: { a: Array.from({ length: 130_000 }, () => 1) } }
  const filter = compileFilter({ 'data.a': { $nin: [6], $in: [5] } })
  for (let turn = 1; turn <= 2; turn += 1) {
    const steps = new Steps()
    assert.throws(
      () => filter(event, steps),
      /^OverBudget: the filter takes more than 200000 steps for this event/,
    )
    assert.equal(steps.taken, 200_001)
  }
})

test('an event with lists nested too deeply is refused instead of overflowing the stack', () => {
  const event = { event: 'a.b', data: JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown }
  assert.throws(() => compileFilter({ 'data.a': 1 })(event), /deeper than 1000 levels/)
})

test('a new filter can list at most a thousand values, and an existing one more', () => {
  const listing = (count: number) => ({ 'data.a': { $in: Array.from({ length: count }, (_, n) => n) } })
  assert.doesNotThrow(() => compileNewFilter(listing(1_000)))
  assert.throws(() => compileNewFilter(listing(1_001)), /lists 1001 values, at most 1000 are allowed/)
  assert.doesNotThrow(() => compileFilter(listing(3_200)))
})

test('a filter with an operator inside a value is refused', () => {
  for (const condition of [
    { $all: [{ $where: '1' }] },
    { $in: [{ $gt: 1 }] },
    { $eq: { a: { $gt: 1 } } },
    { a: { $gt: 1 } },
  ]) {
    assert.throws(() => compileFilter({ 'data.x': condition }), /is not allowed here/)
  }
})

test('times with an offset are compared as instants, and other text as text', () => {
  const at = (text: string) => ({ event: 'deal.updated', data: { at: text } })
  const noon = '2026-01-01T12:00:00Z'
  for (const same of [
    '2026-01-01T12:00:00+00:00',
    '2026-01-01T14:00:00.000+02:00',
    '2026-01-01T12:00Z',
    '2026-01-01T17:30:00+0530',
  ]) {
    assert.equal(compileFilter({ 'data.at': same })(at(noon)), true, same)
    assert.equal(compileFilter({ 'data.at': { $in: ['x', same] } })(at(noon)), true, same)
    assert.equal(compileFilter({ 'data.at': { $ne: same } })(at(noon)), false, same)
    assert.equal(compileFilter({ 'data.at': { $gte: same } })(at(noon)), true, same)
    assert.equal(compileFilter({ 'data.at': { $lt: same } })(at(noon)), false, same)
  }
  assert.equal(compileFilter({ 'data.at': { $lt: '2026-01-01T13:00:00+02:00' } })(at(noon)), false)
  assert.equal(
    compileFilter({ 'data.at': { $gt: '2026-01-01T12:00:00.000001Z' } })(at('2026-01-01T12:00:00.000002Z')),
    true,
  )
  assert.equal(compileFilter({ 'data.at': { $gt: '2026-01-01' } })(at('2026-01-02')), true)
  assert.equal(compileFilter({ 'data.at': '2026-01-01T12:00:00' })(at(noon)), false)
})

test('a number that JSON does not carry exactly is refused with the way to compare it', () => {
  const query = JSON.parse('{"data.id": {"$in": [1, 12345678901234567890]}}') as object
  assert.throws(
    () => compileNewFilter(query),
    /filter\.data\.id: has a number that cannot be compared exactly.*as text/,
  )
})
