import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { runInHalves, isInputFault } from './input-fault.ts'

const databaseError = (code: string): Error => Object.assign(new Error(code), { code })

test('errors of values, constraints and triggers are faults of the input', () => {
  for (const code of ['22P05', '22001', '23514', 'P0001', '54000', 'XX001']) {
    assert.ok(isInputFault(databaseError(code)), code)
  }
  assert.ok(isInputFault(new TypeError('x')) && isInputFault(new RangeError('x')))
})

test('errors of a database that is unavailable, overloaded, locked or read-only are not faults of the input', () => {
  for (const code of [
    '08006',
    '40001',
    '40P01',
    '53300',
    '55P03',
    '57014',
    '57P01',
    '57P03',
    '25006',
    '42501',
    '42P01',
  ]) {
    assert.ok(!isInputFault(databaseError(code)), code)
  }
  assert.ok(!isInputFault(databaseError('ECONNREFUSED')) && !isInputFault(new Error('Connection terminated')))
})

test('a batch with faulty items is split until each is isolated, and all other items run exactly once', async () => {
  const items = fc.uniqueArray(fc.nat(1_000), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(items, fc.nat(4), async (batch, bad) => {
      const culprits = new Set(batch.slice(0, bad))
      const done: number[] = []
      const blamed: number[] = []
      let runs = 0
      await runInHalves(
        batch,
        async (part) => {
          runs += 1
          if (part.some((item) => culprits.has(item))) throw new TypeError('no')
          done.push(...part)
        },
        async (item) => void blamed.push(item),
      )
      assert.deepEqual(new Set(blamed), culprits)
      assert.deepEqual(
        done,
        batch.filter((item) => !culprits.has(item)),
      )
      assert.ok(runs <= 1 + 2 * culprits.size * Math.ceil(Math.log2(batch.length + 1)))
    }),
  )
})

test('no item is blamed while the database is unavailable', async () => {
  const work = async (): Promise<void> => {
    throw databaseError('57P01')
  }
  await assert.rejects(
    runInHalves([1, 2], work, async () => assert.fail('blamed')),
    /57P01/,
  )
})
