import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ApiError } from '../../domain/errors.ts'
import { requireSafePattern } from './safe-pattern.ts'

describe('patterns of organizations', () => {
  const allowed = [
    '^https://[a-z]+\\.example\\.com/',
    'jane|john|joe',
    '(?:foo|bar){2,5}baz?',
    '^\\d{3}-\\d{4}$',
    '[[:alpha:]_][\\w\\]-]*',
    '[]a]',
    '[^]a]x',
    '\\mword\\M',
    'a.*?b+?',
    'a{b}',
    '',
    '()',
  ]
  for (const pattern of allowed) {
    it(`the pattern ${JSON.stringify(pattern)} is allowed`, () => requireSafePattern(pattern))
  }

  const refused: readonly [string, RegExp][] = [
    ['^(aa*)(aa*)(aa*)(aa*)\\1\\2\\3\\4b$', /has a back reference at character 22/],
    ['(a)[\\1]', /back reference/],
    ['(a)\\12', /back reference/],
    ['a(?=b)', /look-around or an option at character 2/],
    ['a(?!b)', /look-around/],
    ['(?<=a)b', /look-around/],
    ['(?i)a', /look-around or an option/],
    ['(?e)\\1', /look-around or an option/],
    ['***=a', /nothing to repeat at character 1/],
    ['(a{1,255}){1,255}', /size of 65025/],
    ['(((a{9}){9}){9}){9}', /size of 6561/],
    ['a{1,255}', /size of 255/],
    ['(a?){60}(b?){60}', /size of 120/],
    ['a**', /repeats a repetition/],
    ['a{2}{2}', /repeats a repetition/],
    ['[[.a.]]', /collating element/],
    ['[[=a=]]', /collating element/],
    ['\\xff', /unsupported escape/],
    ['a\\', /unsupported escape/],
    ['(a', /"\(" without a "\)" at character 1/],
    ['a)', /"\)" without a "\("/],
    ['[a', /"\[" without a "\]"/],
    ['('.repeat(30) + ')'.repeat(30), /deeper than 20 levels/],
    ['a'.repeat(201), /has 201 characters/],
  ]
  for (const [pattern, problem] of refused) {
    it(`the pattern ${JSON.stringify(pattern.slice(0, 60))} is refused with a hint that explains what is allowed`, () => {
      assert.throws(
        () => requireSafePattern(pattern),
        (error) =>
          error instanceof ApiError &&
          error.status === 400 &&
          problem.test(error.message) &&
          /at most 200 characters/.test(error.hint ?? ''),
      )
    })
  }
})
