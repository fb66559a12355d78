import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mergeReadiness } from './merge-readiness.ts'
import type { Readiness } from './readiness.ts'

const at = (second: number): string => new Date(second * 1_000).toISOString()

function readinessOf(failures: number, lagSeconds: number, progressedAt: string | null): Readiness {
  return {
    status: 'ok',
    checks: {
      database: { status: 'ok' },
      migrations: { status: 'ok' },
      relay: { status: 'ok', lag_seconds: lagSeconds, last_progress_at: progressedAt },
      queue: { oldest_due_seconds: lagSeconds },
      clock: { status: 'ok', offset_seconds: -lagSeconds },
      loops: {
        clock: {
          status: failures === 0 ? 'ok' : 'failing',
          last_success_at: progressedAt,
          failures,
          running_seconds: failures,
        },
      },
    },
  }
}

describe('the readiness of a node of several workers', () => {
  it('is the worst of each check', () => {
    const merged = mergeReadiness(
      [
        { worker: 1, readiness: readinessOf(0, 3, at(20)) },
        { worker: 2, readiness: readinessOf(2, 1, at(10)) },
      ],
      2,
    )
    assert.deepEqual(merged, {
      status: 'ok',
      checks: {
        database: { status: 'ok' },
        migrations: { status: 'ok' },
        relay: { status: 'ok', lag_seconds: 3, last_progress_at: at(10) },
        queue: { oldest_due_seconds: 3 },
        clock: { status: 'ok', offset_seconds: -3 },
        loops: { clock: { status: 'failing', last_success_at: at(10), failures: 2, running_seconds: 2 } },
        workers: { status: 'ok', running: 2, expected: 2 },
      },
    })
  })

  it('reports that a loop has never succeeded in one of them', () => {
    const merged = mergeReadiness(
      [
        { worker: 1, readiness: readinessOf(0, 0, at(20)) },
        { worker: 2, readiness: readinessOf(0, 0, null) },
      ],
      2,
    )
    assert.equal(merged.checks.loops['clock']?.last_success_at, null)
  })

  it('is unavailable if one worker is, and names it', () => {
    const unavailable: Readiness = {
      status: 'unavailable',
      reason: 'the database does not respond',
      checks: { database: { status: 'unavailable' }, loops: {} },
    }
    const { status, reason, checks } = mergeReadiness(
      [
        { worker: 1, readiness: readinessOf(0, 0, at(1)) },
        { worker: 2, readiness: unavailable },
      ],
      2,
    )
    assert.deepEqual([status, reason], ['unavailable', 'worker 2: the database does not respond'])
    assert.equal(checks.database.status, 'unavailable')
  })

  it('stays ok while a worker is being restarted, and says that one is', () => {
    const { status, checks } = mergeReadiness([{ worker: 1, readiness: readinessOf(0, 0, at(1)) }], 2)
    assert.deepEqual([status, checks.workers], ['ok', { status: 'incomplete', running: 1, expected: 2 }])
  })
})
