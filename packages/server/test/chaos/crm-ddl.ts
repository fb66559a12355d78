import type { Database } from '../../src/database/database.ts'
import { isDatabaseError } from '../../src/database/database.ts'
import { quoteIdentifier } from '../../src/database/identifiers.ts'
import type { OddTable } from './odd-tables.ts'
import { createTable } from './odd-tables.ts'
import type { Random } from './random.ts'

/** A migration that goes wrong for capture, and the one that undoes it. */
interface Damage {
  does: string
  undoes: string
}

const BUSY = /^(55P03|40P01)$/

function damagesOf(table: OddTable, random: Random): Damage[] {
  const { relation, name } = table
  const odd = quoteIdentifier(table.odd.name)
  const aside = quoteIdentifier(`${name} aside`)
  const extra = quoteIdentifier(`extra ${random.below(1_000_000)}`)
  const alter = `alter table ${relation}`
  return [
    { does: `${alter} add column ${extra} json default '{}'`, undoes: `${alter} drop column ${extra}` },
    {
      does: `${alter} rename column ${odd} to "gone for now"`,
      undoes: `${alter} rename column "gone for now" to ${odd}`,
    },
    { does: `${alter} drop column v_text`, undoes: `${alter} add column v_text text` },
    {
      does: `${alter} alter column v_text type int[] using null`,
      undoes: `${alter} alter column v_text type text using null`,
    },
    {
      does: `${alter} alter column v_json type bytea using null`,
      undoes: `${alter} alter column v_json type json using null`,
    },
    { does: `${alter} rename column org to tenant`, undoes: `${alter} rename column tenant to org` },
    { does: `${alter} disable trigger user`, undoes: `${alter} enable trigger user` },
    ...(table.isPartitioned
      ? []
      : [
          {
            does: `${alter} rename to ${aside}; ${createTable(table)}`,
            undoes: `drop table ${relation}; alter table public.${aside} rename to ${quoteIdentifier(name)}`,
          },
        ]),
  ]
}

export interface Migrations {
  /** How many migrations were run. */
  count: number
}

/** Migrates the tables to and fro until it is over, and leaves each as it was. */
export async function migrateAtRandom(
  database: Database,
  tables: readonly OddTable[],
  random: Random,
  isOver: () => boolean,
): Promise<Migrations> {
  const migrations = { count: 0 }
  while (!isOver()) {
    const damage = random.pick(damagesOf(random.pick(tables), random))
    await runUntilDone(database, damage.does)
    await new Promise((resolve) => setTimeout(resolve, random.below(300)))
    await runUntilDone(database, damage.undoes)
    migrations.count += 2
  }
  return migrations
}

/** As a careful migration does it: with a short wait for the lock, again and again. */
async function runUntilDone(database: Database, sql: string): Promise<void> {
  for (;;) {
    try {
      await database.transaction(async (connection) => {
        await connection.execute(`set local lock_timeout = '200ms'; ${sql}`)
      })
      return
    } catch (error) {
      if (!isDatabaseError(error) || !BUSY.test(error.code)) throw error
    }
  }
}
