import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compileFilter } from './filter.ts'

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
  test(`matches ${JSON.stringify(filter)}`, () => assert.equal(compileFilter(filter)(WON), true))
}

const missing: readonly object[] = [
  { 'data.stage': 'won' },
  { 'data.value': '1200.5' },
  { 'data.value': { $gt: 1200.5 } },
  { 'previous.owner': { $exists: true } },
  { $and: [{ 'data.stage': 'Won' }, { event: 'deal.created' }] },
]

for (const filter of missing) {
  test(`does not match ${JSON.stringify(filter)}`, () => assert.equal(compileFilter(filter)(WON), false))
}

const wrong: readonly [unknown, RegExp][] = [
  ['data.stage = Won', /filter: must be an object/],
  [[], /filter: must be an object/],
  [{ stage: 'Won' }, /filter\.stage: fields begin with data\..*write "data\.stage"/],
  [{ $where: 'true' }, /filter: \$where is not possible here; there are \$and, \$or, \$nor/],
  [{ 'data.stage': { $regex: '^W' } }, /filter\.data\.stage: \$regex is not possible here; there are \$eq/],
  [{ 'data.stage': { $in: 'Won' } }, /filter\.data\.stage\.\$in: must be a list/],
  [{ 'data.stage': { $exists: 'yes' } }, /must be true or false/],
  [{ $or: [] }, /filter\.\$or: must be a list that is not empty/],
  [{ $or: [{ stage: 1 }] }, /filter\.\$or\[0\]\.stage/],
  [{ 'data.x': { $eq: 1, plain: 2 } }, /plain is not possible here/],
  [{ 'data.x': 'y'.repeat(20_000) }, /16 KiB/],
]

for (const [filter, message] of wrong) {
  test(`refuses ${JSON.stringify(filter).slice(0, 60)} and says what would be right`, () => {
    assert.throws(() => compileFilter(filter), message)
  })
}

test('nesting beyond a bound is refused instead of overflowing', () => {
  let filter: object = { 'data.x': 1 }
  for (let level = 0; level < 1_000; level += 1) filter = { $and: [filter] }
  assert.throws(() => compileFilter(filter), /nested deeper/)
})

test('no JSON makes a filter that compiles and then throws', () => {
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
