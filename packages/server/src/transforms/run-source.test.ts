import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import type { QuickJSWASMModule } from 'quickjs-emscripten-core'
import { startInterpreter } from './interpreter.ts'
import type { TransformResult } from './run-source.ts'
import { runSource } from './run-source.ts'

const BODY =
  '{"event":"deal.created","timestamp":"2025-01-15T10:30:00.000Z","data":{"id":"d-1","value":1200}}'
const NOW = Date.parse('2025-01-15T10:30:00.000Z')

let quickJs: QuickJSWASMModule
before(async () => {
  quickJs = await startInterpreter()
})

const run = (source: string, seed = 7): TransformResult =>
  runSource(quickJs, { source, body: BODY, now: NOW, seed }, () => assert.fail('the interpreter is broken'))
const returned = (expression: string): unknown => {
  const result = run(`export default (event) => (${expression})`)
  return result.kind === 'body' ? (JSON.parse(result.body) as unknown) : result
}
const failed = (source: string): [string, number | null, number | null] => {
  const result = run(source)
  assert.equal(result.kind, 'failed')
  return result.kind === 'failed' ? [result.message, result.line, result.column] : ['', null, null]
}

suite('what a transform returns', () => {
  test('a value becomes the body, as JSON', () => {
    assert.deepEqual(returned('{ id: event.data.id, list: [1, null], text: "é\\u0000" }'), {
      id: 'd-1',
      list: [1, null],
      text: 'é\0',
    })
    assert.equal(returned('false'), false)
    assert.equal(returned('"text"'), 'text')
  })

  test('null and undefined skip the event', () => {
    assert.deepEqual(run('export default () => null'), { kind: 'skipped' })
    assert.deepEqual(run('export default function () {}'), { kind: 'skipped' })
  })

  test('an async function works', () => {
    assert.deepEqual(run('export default async (event) => (await 0, event.data.value)'), {
      kind: 'body',
      body: '1200',
    })
  })

  test('what has no form in JSON is refused', () => {
    assert.match(failed('export default () => () => 1')[0], /returned a function, which has no form in JSON/)
    assert.match(failed('export default () => { const a = {}; a.a = a; return a }')[0], /circular/)
  })

  test('more than 256 KiB are refused', () => {
    assert.match(
      failed('export default () => "x".repeat(262143)')[0],
      /returned 262145 bytes; at most 262144/,
    )
  })
})

suite('what a transform sees', () => {
  test('the clock stands at the time of the event, in UTC', () => {
    assert.deepEqual(
      returned(
        '[new Date().toISOString(), Date.now(), new Date(2025, 0, 15, 10).getHours(), new Date(0).getTimezoneOffset()]',
      ),
      ['2025-01-15T10:30:00.000Z', NOW, 10, 0],
    )
    assert.equal(returned('new Date("2025-01-15T23:30:00Z").toISOString()'), '2025-01-15T23:30:00.000Z')
    assert.equal(returned('new Date() instanceof Date && new (new Date().constructor)().getTime()'), NOW)
  })

  test('random numbers follow from the event, so that every attempt has the same', () => {
    const random = 'export default () => [Math.random(), Math.random()]'
    assert.deepEqual(run(random, 7), run(random, 7))
    assert.notDeepEqual(run(random, 7), run(random, 8))
    const [one, other] = returned('[Math.random(), Math.random()]') as number[]
    assert.ok(one !== other && one! >= 0 && one! < 1)
  })

  test('nothing of the server or the network is there', () => {
    const names = [
      'process',
      'require',
      'fetch',
      'XMLHttpRequest',
      'setTimeout',
      'console',
      'std',
      'os',
      'performance',
      'WeakRef',
    ]
    assert.deepEqual(
      returned(`${JSON.stringify(names)}.filter((name) => globalThis[name] !== undefined)`),
      [],
    )
    assert.match(
      failed('import fs from "node:fs"; export default () => 1')[0],
      /could not load module 'node:fs'/,
    )
    assert.match(failed('export default () => import("node:fs")')[0], /could not load module/)
  })

  test('nothing is left from the event before', () => {
    run('globalThis.kept = 1; Object.prototype.kept = 1; export default () => 1')
    assert.deepEqual(returned('[globalThis.kept, ({}).kept ?? "none"]'), [null, 'none'])
  })

  test('a changed JSON or Object.prototype does not break how the body is written', () => {
    assert.deepEqual(run('JSON.stringify = () => 1; export default () => ({ a: 1 })'), {
      kind: 'body',
      body: '{"a":1}',
    })
  })
})

suite('how a transform fails', () => {
  test('an error has its message, line and column', () => {
    assert.deepEqual(failed('export default (event) => {\n  return event.nothing.name\n}'), [
      "TypeError: cannot read property 'name' of undefined",
      2,
      23,
    ])
    const [message, line] = failed('export default (event) => {\n  const a = 1\n  return nope(event)\n}')
    assert.deepEqual([message, line], ["ReferenceError: 'nope' is not defined", 3])
    assert.deepEqual(failed('\n\nthrow new Error("no")').slice(0, 2), ['Error: no', 3])
  })

  test('an error of syntax has its line', () => {
    const [message, line] = failed('export default (event) => {\n  return {a: 1,, b}\n}')
    assert.match(message, /^SyntaxError: /)
    assert.equal(line, 2)
  })

  test('anything can be thrown', () => {
    assert.deepEqual(failed('export default () => { throw 5 }'), ['the transform threw 5', null, null])
    assert.deepEqual(failed('export default async () => { throw new TypeError("late") }').slice(0, 2), [
      'TypeError: late',
      1,
    ])
    assert.match(
      failed('export default () => { throw { toString() { throw 1 } } }')[0],
      /threw an object that is no error/,
    )
    assert.match(failed('export default () => { throw Symbol("s") }')[0], /threw a symbol/)
  })

  test('a module without a function as its default export is refused', () => {
    assert.match(failed('export const a = 1')[0], /must have a default export that is a function/)
    assert.match(failed('1')[0], /must have a default export/)
  })

  test('an endless loop, at the top, in the function, or in a promise, is ended', () => {
    for (const source of [
      'while (true);\nexport default () => 1',
      'export default () => { for (;;); }',
      'export default async () => { for (;;) await 0 }',
      'export default () => ({ toJSON() { for (;;); } })',
      'export default () => { try { for (;;); } catch { return 1 } finally { for (;;); } }',
    ])
      assert.equal(failed(source)[0], 'the transform takes too many steps', source)
  })

  test('it may use 16 MiB, whatever it fills them with', () => {
    assert.equal(returned('Array.from({ length: 16 }, () => new Uint8Array(1_000_000)).length'), 16)
    for (const filling of ['{}', '"x".repeat(10_000)', '"x".repeat(100_000)', 'new Uint8Array(1_000_000)'])
      assert.match(
        failed(`export default () => { const a = []; for (;;) a.push(${filling}) }`)[0],
        /^the transform needs more than 16 MiB of memory/,
        filling,
      )
    assert.equal(returned('1'), 1)
  })

  test('it may not call itself forever', () => {
    assert.match(failed('export default function f() { return f() + 1 }')[0], /too deeply|stack/)
  })

  test('a promise that never settles is refused', () => {
    assert.match(failed('export default () => new Promise(() => {})')[0], /never settles/)
  })

  test('after any failure the next transform runs', () => {
    for (const source of ['throw 1', '(', 'export default () => { for (;;) ; }']) run(source)
    assert.equal(returned('1'), 1)
  })
})
