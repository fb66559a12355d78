import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { test } from 'node:test'
import { HAS_TERMINAL, SCRIPT } from '../../test/harness/run-command.ts'
import { toReadable } from './readable-log.ts'

const TIME = new Date(2026, 10, 28, 9, 5, 7).getTime()
const line = (fields: object): string => JSON.stringify({ level: 40, time: TIME, ...fields })

test('a readable log line contains the time, level, message and fields', () => {
  assert.equal(
    toReadable(line({ error: 'no such file', id: 'a-1', count: 2, list: ['x'], msg: 'cannot start' }), false),
    '09:05:07  WARN   cannot start  error="no such file" id=a-1 count=2 list=["x"]\n',
  )
  assert.equal(toReadable(line({ msg: 'stopped' }), false), '09:05:07  WARN   stopped\n')
})

test('a readable log line has the same text with colours', () => {
  const coloured = toReadable(line({ id: 'a', msg: 'cannot start' }), true)
  assert.notEqual(coloured, stripVTControlCharacters(coloured))
  assert.equal(stripVTControlCharacters(coloured), '09:05:07  WARN   cannot start  id=a\n')
})

test('a readable log line escapes control characters', () => {
  const text = toReadable(line({ url: '\u001b[2J\u009b31m\n', msg: 'a\u001bb' }), false)
  assert.equal(text, '09:05:07  WARN   a\\u001bb  url="\\u001b[2J\\u009b31m\\n"\n')
})

const log = `import { createLog } from ${JSON.stringify(import.meta.resolve('./log.ts'))}
createLog({ logLevel: "info" }).info({ id: "a" }, "started")`
const PROGRAM = `"${process.execPath}" --input-type=module --eval '${log}'`

test('the log is readable on a terminal', { skip: !HAS_TERMINAL }, () => {
  const { stdout } = spawnSync(SCRIPT, ['-qec', PROGRAM, '/dev/null'], { encoding: 'utf8' })
  assert.match(stripVTControlCharacters(stdout), /^\d\d:\d\d:\d\d  INFO   started  id=a\r?$/m)
})

test('the log is JSON without a terminal', () => {
  const { stderr } = spawnSync(PROGRAM, { shell: true, encoding: 'utf8' })
  const { time, ...rest } = JSON.parse(stderr) as { time: number }
  assert.deepEqual([typeof time, rest], ['number', { level: 30, id: 'a', msg: 'started' }])
})
