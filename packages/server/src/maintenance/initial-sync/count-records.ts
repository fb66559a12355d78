import type { ExistingScope, ExistingTable } from '../../capture/existing-rows.ts'
import { countExisting, findKeys, readExisting } from '../../capture/existing-rows.ts'
import type { Database } from '../../database/database.ts'
import { isTimeout } from '../../database/input-fault.ts'
import { covers } from '../../domain/event-types/covers.ts'
import { EXISTING_TYPES } from '../../domain/event-types/existing-types.ts'
import type { Subscription } from '../../domain/match-webhooks.ts'
import type { RecordRules } from './choose-records.ts'
import { chooseRecords } from './choose-records.ts'

/** More are not counted. */
const MAX_COUNTED = 1_000_000
/** More are not read for a filter, because a user waits for the count. */
const MAX_READ = 10_000
const MAX_STEPS = 20_000_000
const PAGE = 500

/** Counts the records that a sync would send; null: too many to count. */
export async function countRecords(
  database: Database,
  tables: readonly ExistingTable[],
  scope: ExistingScope,
  subscription: Subscription,
  filter: string | null,
): Promise<number | null> {
  const isWhole =
    filter === null &&
    subscription.filter === null &&
    EXISTING_TYPES[scope.record].every((type) => subscription.events.some((name) => covers(name, type)))
  try {
    if (!isWhole) return await countChosen(database, tables, scope, { subscription, filter })
    const count = await countExisting(database, tables, scope, MAX_COUNTED + 1)
    return count > MAX_COUNTED ? null : count
  } catch (error) {
    if (isTimeout(error)) return null
    throw error
  }
}

async function countChosen(
  database: Database,
  tables: readonly ExistingTable[],
  scope: ExistingScope,
  rules: RecordRules,
): Promise<number | null> {
  let [read, count, left] = [0, 0, MAX_STEPS]
  for (const existing of tables) {
    for (let keys: string[][] = [[]]; keys.length > 0;) {
      keys = await findKeys(database, existing, scope, keys.at(-1)!, PAGE)
      read += keys.length
      if (read > MAX_READ) return null
      const page = keys
      const rows = await database.transaction((connection) => readExisting(connection, existing, scope, page))
      const looked = await chooseRecords(rows, rules, left)
      if (looked.left < 0) return null
      left = looked.left
      count += looked.chosen.length
    }
  }
  return count
}
