import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { SupabaseClient } from '@supabase/supabase-js'
import { onEachEngine } from './harness/on-each-engine.ts'
import { SAMPLES, alterDatabase, openClient } from './harness/supabase.ts'

onEachEngine('filters of supabase-js', (stage) => {
  let client: SupabaseClient

  before(async () => {
    await alterDatabase(stage, SAMPLES)
    client = openClient(stage)
  })

  const query = () => client.from('samples').select('name').order('name')
  type Query = ReturnType<typeof query>

  async function names(filtered: PromiseLike<{ data: unknown; error: unknown }>): Promise<string> {
    const { data, error } = await filtered
    assert.equal(error, null)
    return (data as { name: string }[]).map(({ name }) => name).join('')
  }

  const cases: readonly [string, (samples: Query) => Query, string][] = [
    ['eq', (samples) => samples.eq('name', 'a'), 'a'],
    ['neq', (samples) => samples.neq('name', 'a'), 'bc'],
    ['gt', (samples) => samples.gt('id', 1), 'bc'],
    ['gte', (samples) => samples.gte('id', 2), 'bc'],
    ['lt', (samples) => samples.lt('id', 2), 'a'],
    ['lte', (samples) => samples.lte('id', 2), 'ab'],
    ['like', (samples) => samples.like('name', '%a%'), 'a'],
    ['likeAllOf', (samples) => samples.likeAllOf('name', ['%a', 'a%']), 'a'],
    ['likeAnyOf', (samples) => samples.likeAnyOf('name', ['a%', 'c%']), 'ac'],
    ['ilike', (samples) => samples.ilike('name', 'A'), 'a'],
    ['ilikeAllOf', (samples) => samples.ilikeAllOf('name', ['%A', 'a%']), 'a'],
    ['ilikeAnyOf', (samples) => samples.ilikeAnyOf('name', ['A%', 'C%']), 'ac'],
    ['regexMatch', (samples) => samples.regexMatch('name', '^[ab]$'), 'ab'],
    ['regexIMatch', (samples) => samples.regexIMatch('name', '^[AB]$'), 'ab'],
    ['is', (samples) => samples.is('words', null), 'c'],
    ['isDistinct', (samples) => samples.isDistinct('name', 'a'), 'bc'],
    ['in', (samples) => samples.in('name', ['a', 'c', 'with, comma', 'with (parens)']), 'ac'],
    ['in an empty list', (samples) => samples.in('name', []), ''],
    ['notIn', (samples) => samples.notIn('name', ['a', 'x,y']), 'bc'],
    ['contains an array', (samples) => samples.contains('tags', ['y']), 'ab'],
    ['contains an object', (samples) => samples.contains('data', { deep: { k: 'v' } }), 'a'],
    ['contains a range', (samples) => samples.contains('period', '[2,3)'), 'a'],
    ['containedBy an array', (samples) => samples.containedBy('tags', ['x', 'y']), 'ac'],
    ['containedBy an object', (samples) => samples.containedBy('data', { n: 2, m: 3 }), 'b'],
    ['containedBy a range', (samples) => samples.containedBy('period', '[0,10)'), 'ab'],
    ['rangeGt', (samples) => samples.rangeGt('period', '[1,6)'), 'c'],
    ['rangeGte', (samples) => samples.rangeGte('period', '[5,6)'), 'bc'],
    ['rangeLt', (samples) => samples.rangeLt('period', '[9,10)'), 'ab'],
    ['rangeLte', (samples) => samples.rangeLte('period', '[1,9)'), 'ab'],
    ['rangeAdjacent', (samples) => samples.rangeAdjacent('period', '[9,20)'), 'bc'],
    ['overlaps of arrays', (samples) => samples.overlaps('tags', ['z', 'q']), 'b'],
    ['overlaps of ranges', (samples) => samples.overlaps('period', '[4,6)'), 'ab'],
    ['textSearch', (samples) => samples.textSearch('words', "'fat' & 'cat'", { config: 'english' }), 'a'],
    [
      'textSearch plain',
      (samples) => samples.textSearch('words', 'thin dogs', { type: 'plain', config: 'english' }),
      'b',
    ],
    [
      'textSearch phrase',
      (samples) => samples.textSearch('words', 'fat cats', { type: 'phrase', config: 'english' }),
      'a',
    ],
    [
      'textSearch websearch',
      (samples) => samples.textSearch('words', 'rats or dog', { type: 'websearch' }),
      'ab',
    ],
    ['match', (samples) => samples.match({ name: 'b', id: 2 }), 'b'],
    ['not', (samples) => samples.not('name', 'in', '(a,b)'), 'c'],
    ['not null', (samples) => samples.not('words', 'is', null), 'ab'],
    ['or', (samples) => samples.or('name.eq.a,and(id.gt.2,tags.eq.{})'), 'ac'],
    ['filter', (samples) => samples.filter('name', 'in', '("a","b")'), 'ab'],
    ['filter not', (samples) => samples.filter('name', 'not.like', 'a*'), 'bc'],
    ['a value in JSON', (samples) => samples.eq('data->deep->>k', 'v'), 'a'],
    ['a number in JSON', (samples) => samples.gt('data->n', 1), 'b'],
    ['several at once', (samples) => samples.gt('id', 1).lt('id', 3).neq('name', 'x'), 'b'],
    [
      'a URL of 40 kB',
      (samples) => samples.in('name', ['a', ...Array.from({ length: 8_000 }, (_, n) => n)]),
      'a',
    ],
  ]

  for (const [what, narrow, expected] of cases) {
    test(`supabase-js finds the matching rows with ${what}`, async () => {
      assert.equal(await names(narrow(query())), expected)
    })
  }

  test('a filter matches values with special characters literally', async () => {
    const odd = [
      'a,b',
      'a.b',
      '(a)',
      '"a"',
      'a\\b',
      '{a}',
      'eq.a',
      'not.is.null',
      '*',
      '%',
      "'",
      'ä € 😀',
      ' a ',
      '&x=1',
    ]
    const rows = odd.map((name, index) => ({ id: 100 + index, name }))
    assert.equal((await client.from('samples').insert(rows)).error, null)
    for (const name of odd) {
      assert.equal(await names(query().eq('name', name).gte('id', 100)), name)
      // The client quotes values that need it, but does not escape quotes.
      if (!/["\\]/.test(name)) assert.equal(await names(query().in('name', [name, 'x,y'])), name)
    }
    assert.equal((await client.from('samples').delete().gte('id', 100)).error, null)
  })
})
