import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '../../domain/ids.ts'
import { LogCursor } from './log-cursor.ts'

const NOW = 1_800_000_000_000
const at = (ms: number): string => newId(NOW + ms)

/** Does what the database would do with the cursor's query. */
function read(rows: readonly string[], cursor: LogCursor, limit = 50): string[] {
  const query = new URLSearchParams(cursor.query(limit))
  const [floor = '', seen = ''] = query.getAll('id')
  const known = new Set(seen.slice('not.in.('.length, -1).split(','))
  return rows
    .filter((id) => id > floor.slice('gt.'.length) && !known.has(id))
    .toSorted()
    .slice(0, limit)
}

function follow(rows: readonly string[], cursor: LogCursor, limit?: number): string[] {
  const shown: string[] = []
  for (let page = read(rows, cursor, limit); page.length > 0; page = read(rows, cursor, limit)) {
    shown.push(...page)
    cursor.pass(page)
  }
  return shown
}

describe('log cursors', () => {
  it('a log cursor returns each row once, page by page', () => {
    const rows = Array.from({ length: 120 }, (_, n) => at(n * 100)).toSorted()
    const cursor = LogCursor.atEnd(NOW)
    assert.deepEqual(follow(rows, cursor, 7), rows)
    assert.deepEqual(read(rows, cursor), [])
  })

  it('a log cursor finds a row that is committed after rows with higher ids', () => {
    const [early, late] = [at(0), at(9_000)]
    const cursor = LogCursor.atEnd(NOW)
    assert.deepEqual(follow([late], cursor), [late])
    assert.deepEqual(follow([late, early], cursor), [early])
  })

  it('a log cursor ignores rows that are later than the tolerance for late commits', () => {
    const cursor = LogCursor.atEnd(NOW)
    const late = at(60_000)
    follow([late], cursor)
    assert.deepEqual(read([at(40_000), late], cursor), [])
  })

  it('a log cursor continues after a given row and includes rows from shortly before it', () => {
    const [before, just, last, next] = [at(0), at(9_000), at(10_000), at(10_500)]
    const cursor = LogCursor.after(last)
    assert.deepEqual(follow([before, just, last, next], cursor), [just, next])
  })

  it('a log cursor keeps a bounded number of ids when many rows arrive at once', () => {
    const rows = Array.from({ length: 2_500 }, (_, n) => at(n)).toSorted()
    const cursor = LogCursor.atEnd(NOW)
    assert.deepEqual(follow(rows, cursor, 50), rows)
    assert.ok(cursor.query(50).length < 40_000)
    assert.deepEqual(read(rows, cursor), [])
  })
})
