import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { describe, it } from 'node:test'
import { countWorkers, poolSizes, shareOf } from './count-workers.ts'

const databaseUrl = 'postgresql://localhost/crm'

describe('the number of workers', () => {
  it('is the number of available cores, at most 8, by default', () => {
    assert.equal(countWorkers({ workers: 'auto', databaseUrl }), Math.min(availableParallelism(), 8))
  })

  it('is what WORKERS says on a server, beyond the number of cores too', () => {
    assert.equal(countWorkers({ workers: 64, databaseUrl }), 64)
  })

  it('is one with the embedded database, whatever WORKERS says', () => {
    for (const workers of ['auto', 4] as const) {
      assert.equal(countWorkers({ workers, databaseUrl: undefined }), 1)
    }
  })
})

describe('what workers divide', () => {
  it('leaves one process all of its connections', () => {
    assert.deepEqual(poolSizes(1), { api: 10, engine: 6, crm: 4, crmApi: 2 })
  })

  it('keeps the connections of up to 8 workers within 80 of the 100 that a server allows by default', () => {
    for (let workers = 1; workers <= 8; workers += 1) {
      const { api, engine } = poolSizes(workers)
      assert.ok(workers * (api + engine + 2) <= 80, `${workers} workers`)
    }
  })

  it('keeps the connections of up to 8 workers to a database of the CRM alone within 48', () => {
    for (let workers = 1; workers <= 8; workers += 1) {
      const { crm, crmApi } = poolSizes(workers)
      assert.ok(workers * (crm + crmApi + 2) <= 48, `${workers} workers`)
    }
  })

  it('leaves each worker a part of every limit', () => {
    assert.equal(shareOf(32, 8), 4)
    assert.equal(shareOf(3, 8), 1)
  })
})
