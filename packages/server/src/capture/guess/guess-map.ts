import type { RecordName } from '../../domain/event-types/records.ts'
import { RECORD_NAMES } from '../../domain/event-types/records.ts'
import type { Database } from '../../database/database.ts'
import type { CrmTable } from '../crm-tables.ts'
import { readCrmTables } from '../crm-tables.ts'
import { createDescriber } from '../map/describe-expression.ts'
import type { CrmMap, RecordEntry } from '../map/map-schema.ts'
import type { FactsOf } from '../column-facts.ts'
import { readColumnFacts } from '../column-facts.ts'
import { guessRecord } from './guess-record.ts'
import { guessTenancy } from './guess-tenancy.ts'
import type { Answers, Decision, Guessing, Question } from './guessing.ts'
import { keepResolvable, listMissingRights } from './keep-resolvable.ts'
import { pickTables } from './pick-tables.ts'
import { referencesOf } from './references.ts'
import type { Samples } from './samples.ts'
import { readSamples } from './samples.ts'
import type { SchemaPerTenant } from './tenant-schemas.ts'
import { findSchemaPerTenant, listOwnTables } from './tenant-schemas.ts'

/** A database, as far as it says what a map could be. */
export interface SurveyedDatabase extends Samples {
  database: Database
  all: readonly CrmTable[]
  /** Those that could be mapped; with a schema per tenant, those of one tenant. */
  tables: readonly CrmTable[]
  perSchema: SchemaPerTenant | undefined
  facts: FactsOf
}

export interface Guess {
  map: CrmMap
  /** Those of the least confidence first. */
  decisions: readonly Decision[]
  questions: readonly Question[]
  /** Grants that installing the map needs. */
  rights: readonly string[]
}

/** Reads the catalog, and rows of the tables that matter as far as this role may. */
export async function surveyDatabase(database: Database): Promise<SurveyedDatabase> {
  const all = await readCrmTables(database)
  const facts = await readColumnFacts(database)
  const own = listOwnTables(all)
  const perSchema = findSchemaPerTenant(own)
  const first = perSchema?.schemas.toSorted()[0]
  const tables = first === undefined ? own : own.filter(({ schema }) => schema === first)
  const { sample, unread } = await readSamples(database, listRelevant(tables))
  return { database, all, tables, perSchema, facts, sample, unread }
}

/** Tables of records, then those that they refer to, then the others. */
function listRelevant(tables: readonly CrmTable[]): CrmTable[] {
  const picked = pickTables({ tables, answers: {}, decisions: [], questions: [] })
  const records = [...picked.values()]
  const referred = records.flatMap((table) => referencesOf(table, tables).map((reference) => reference.table))
  return [...new Set([...records, ...referred, ...tables])]
}

/** Proposes a map, and says why and what it does not know. */
export async function guessMap(surveyed: SurveyedDatabase, answers: Answers): Promise<Guess> {
  const { all, tables, perSchema, facts, sample, database } = surveyed
  const decisions: Decision[] = []
  const questions: Question[] = []
  const found = pickTables({ tables, answers, decisions, questions })
  const guessing: Guessing = {
    tables,
    facts,
    sample,
    answers,
    isPerSchema: perSchema !== undefined,
    found,
    decisions,
    questions,
  }
  const tenancy = guessTenancy(guessing, perSchema)
  const records = RECORD_NAMES.flatMap((record) => guessEntry(record, guessing, tenancy) ?? [])
  const { organizations } = tenancy
  const map: CrmMap = { ...(organizations === undefined ? {} : { organizations }), records, events: [] }
  const describe = createDescriber(database)
  const kept = await keepResolvable(map, all, describe, decisions)
  return {
    map: kept,
    decisions: decisions.sort((one, other) => one.confidence - other.confidence),
    questions,
    rights: await listMissingRights(kept, all, describe),
  }
}

function guessEntry(
  record: RecordName,
  guessing: Guessing,
  tenancy: ReturnType<typeof guessTenancy>,
): RecordEntry | undefined {
  const table = guessing.found.get(record)
  return table && guessRecord(record, table, tenancy, guessing)
}
