import * as fc from 'fast-check'

/** Nearly valid query strings, for tests: most of their errors are found as late as possible. */

/** Generates mostly the usual values. */
export const mostly = <T>(usual: readonly T[], odd: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  )

const joined = (separator: string, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(separator))
const list = (item: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','))
const pair = (key: fc.Arbitrary<string>, text: fc.Arbitrary<string>): fc.Arbitrary<[string, string]> =>
  fc.tuple(key, text)

export const junk = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...'().,:"\\{}->*!&=$1a'.split('')), maxLength: 12 }),
)

/** The columns of each table that are worth querying, and its related tables. */
const tables: Readonly<Record<string, { columns: string; related: string }>> = {
  webhook_configurations: {
    columns: 'id name url events is_active headers created_at timeout_ms organization_id',
    related: 'webhook_logs webhook_deliveries webhook_skips logs:webhook_logs',
  },
  webhook_logs: {
    columns: 'id attempt status event webhook_id delivery_id request_headers created_at response_code',
    related: 'webhook_configurations webhook_deliveries webhook_events webhook_id cfg:webhook_configurations',
  },
  webhook_deliveries: {
    columns: 'id attempts status event webhook_id event_id created_at reason',
    related: 'webhook_configurations webhook_logs webhook_events webhook_configurations!webhook_id',
  },
  webhook_events: {
    columns: 'id event data previous timestamp source',
    related: 'webhook_deliveries webhook_logs',
  },
  contacts: {
    columns: 'id first_name email tags custom_fields organization_id',
    related: 'deals organizations',
  },
  deals: {
    columns: 'id title value contact_id stage expected_close_date',
    related: 'contacts owner:contact_id',
  },
}

export const tableNames = Object.keys(tables)

/** Names from all tables would mostly test the error for unknown names. */
const words = (of: 'columns' | 'related', name: string): string[] => tables[name]![of].split(' ')

const step = mostly(['', '', '', '', '->a', '->>b', '->0', '->-1', '->>"x y"'], ['->', '->a->>b->c'])
const operators =
  'eq neq gt lte like ilike match imatch in is isdistinct cs cd ov sl adj fts plfts wfts(english) fts(nope) eq(any) like(all)'
const operator = mostly(operators.split(' '), ['neq(any)', 'foo', ''])
const values =
  '1 true null not_null a failed {a,b} {1,2} (1,2) ("a","b") {"a":1} [1,2) 2025-01-15 deal.created'.split(' ')
const value = fc.oneof({ weight: 1, arbitrary: junk }, { weight: 4, arbitrary: fc.constantFrom(...values) })
const operation = joined('', mostly(['', '', 'not.'], ['not.not.']), operator, fc.constant('.'), value)
const number = mostly(['0', '1', '5', '99999999999999999999'], ['-1', 'x', ''])
const modifier = mostly(['', '', '', '!inner', '!left'], ['!nope', '!'])

/** Generates queries of one table, with embedded tables down to `depth` levels. */
export function searchOf(table: string, depth = 2): fc.Arbitrary<string> {
  const column = mostly(words('columns', table), ['secret', 'nope', '*', 'status', '', 'count'])
  const field = joined('', column, step)
  const aggregate = fc.oneof(
    fc.constantFrom('count()', 'n:count()', 'count()::text', '...webhook_logs(*)'),
    joined(
      '',
      fc.constantFrom('', '', 'n:'),
      field,
      mostly(['', '', '::text', '::numeric'], ['::nope']),
      mostly(['.max()', '.min()', '.count()', '.sum()', '.avg()'], ['.nope()', '.count']),
      fc.constantFrom('', '', '::text', '::int'),
    ),
  )
  const related = mostly(words('related', table), ['nope', 'organizations', 'contacts'])
  const { tree } = fc.letrec<{ tree: string; leaf: string }>((tie) => ({
    leaf: joined('.', field, operation),
    tree: fc
      .tuple(
        fc.constantFrom('and', 'or', 'not.and', 'not.or'),
        list(fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('tree'))),
      )
      .map(([head, branches]) => `${head}(${branches})`),
  }))
  const embedded = (level: number): fc.Arbitrary<string> =>
    fc
      .tuple(
        fc.constantFrom('', '', '', '...'),
        related,
        modifier,
        level === 0 ? fc.constant('*') : list(itemOf(level - 1)),
      )
      .map(([dots, name, join, select]) => `${dots}${name}${join}(${select})`)
  const itemOf = (level: number): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 6, arbitrary: field },
      { weight: 1, arbitrary: fc.constantFrom('*', 'count', 'id', '') },
      { weight: 2, arbitrary: joined('', field, mostly(['::text', '::int', '::jsonb'], ['::nope', '::'])) },
      { weight: 1, arbitrary: joined(':', junk, field) },
      { weight: 2, arbitrary: aggregate },
      { weight: 4, arbitrary: embedded(level) },
    )
  const orderTerm = joined(
    '',
    fc.oneof({ weight: 4, arbitrary: field }, { weight: 1, arbitrary: fc.constantFrom('n', 'count', 'max') }),
    mostly(['', '.asc', '.desc', '.desc.nullslast', '.nullsfirst'], ['.up']),
  )
  const nameOfRelated = related.map((name) => name.split(/[:!]/)[0]!)
  const relatedKey = joined(
    '.',
    nameOfRelated,
    fc.oneof(column, fc.constantFrom('limit', 'offset', 'order', 'or')),
  )
  const parameter: fc.Arbitrary<[string, string]> = fc.oneof(
    { weight: 8, arbitrary: pair(field, operation) },
    { weight: 2, arbitrary: pair(column, value) },
    {
      weight: 4,
      arbitrary: tree.map((text): [string, string] => {
        const open = text.indexOf('(')
        return [text.slice(0, open), text.slice(open)]
      }),
    },
    { weight: 8, arbitrary: pair(fc.constant('select'), list(itemOf(depth))) },
    { weight: 4, arbitrary: pair(fc.constant('order'), list(orderTerm)) },
    {
      weight: 2,
      arbitrary: pair(
        fc.constant('order'),
        joined('', nameOfRelated, fc.constant('('), column, fc.constant(')')),
      ),
    },
    { weight: 2, arbitrary: pair(mostly(['limit', 'offset'], ['webhook_logs.limit']), number) },
    { weight: 3, arbitrary: pair(relatedKey, fc.oneof(operation, value)) },
    { weight: 2, arbitrary: pair(nameOfRelated, fc.constantFrom('is.null', 'not.is.null', 'eq.1')) },
    {
      weight: 1,
      arbitrary: pair(
        fc.constantFrom('columns', 'on_conflict'),
        mostly(['id', 'name,url', '"id"'], ['nope', ',']),
      ),
    },
    { weight: 1, arbitrary: pair(junk, junk) },
  )
  return fc.array(parameter, { maxLength: 3 }).map((parameters) => new URLSearchParams(parameters).toString())
}

/** A position in a text, as a fraction of its length, and the edit made there. */
const edit = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom('drop', 'double', 'insert', 'swap'),
  fc.constantFrom(...'().,:"\\{}->*!&=%$ 1a'.split(''), '%00', '%zz', 'not.', '\u{1F600}'),
)

/** Applies one or two typing errors. */
export function mutate(search: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(search, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([text, edits]) =>
    edits.reduce((changed, [at, what, extra]) => {
      const place = Math.floor(at * changed.length)
      const [before, after] = [changed.slice(0, place), changed.slice(place)]
      if (what === 'drop') return before + after.slice(1)
      if (what === 'double') return before + after.slice(0, 5) + after
      return what === 'insert' ? before + extra + after : after + before
    }, text),
  )
}
