import type { Database } from '../../src/database/database.ts'
import { ROLES } from '../../src/domain/principal.ts'

/** Everything that the catalog has a name for and that no caller sees. */
const HIDDEN = `
  select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'webhooks_internal' or c.relkind in ('i', 'I', 'S') and n.nspname in ('webhooks', 'public')
  union
  select conname from pg_constraint con join pg_namespace n on n.oid = con.connamespace
    where n.nspname in ('webhooks', 'webhooks_internal', 'public')
  union
  select proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('webhooks', 'webhooks_internal')
  union
  select tgname from pg_trigger where not tgisinternal
  union
  select attname from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('webhooks', 'webhooks_internal') and a.attnum > 0 and not a.attisdropped`

const SHOWN = `
  select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('webhooks', 'public') and has_any_column_privilege('ROLE', c.oid, 'select, insert')
  union
  select attname from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('webhooks', 'public') and a.attnum > 0 and not a.attisdropped
      and has_column_privilege('ROLE', c.oid, a.attnum, 'select, insert')`

/** A name of one word is also a word: `queue`, `nodes`. */
const IS_TELLING = /_/

/** Matches a text that names something which no caller of the API sees: a table, column, constraint, index, function, or a stack. */
export async function internalNames(database: Database, shown: readonly string[]): Promise<RegExp> {
  const { rows: suffix } = await database.query<{ suffix: string }>(
    'select webhooks_internal.role_suffix() as suffix',
  )
  const roles = ROLES.map((role) => `${role}${suffix[0]!.suffix}`)
  const names = async (statement: string): Promise<string[]> =>
    (await database.query<{ name: string }>(statement)).rows.map(({ name }) => name)
  const known = new Set([
    ...shown,
    ...(await Promise.all(roles.map((role) => names(SHOWN.replaceAll('ROLE', role))))).flat(),
  ])
  const hidden = (await names(HIDDEN)).filter((name) => !known.has(name) && IS_TELLING.test(name))
  const words = [...hidden, 'webhooks_internal', ...roles]
  return new RegExp(
    String.raw`(?<![\w.])(?:${words.join('|')})(?!\w)|\bat \S+ \(|node:internal|\.[cm]?[jt]s:\d`,
  )
}
