import type { RecordName } from '../../domain/event-types/records.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { qualifiedName } from '../crm-tables.ts'
import type { Guessing } from './guessing.ts'
import { isSameTable, isUserTable, referenceOf } from './references.ts'
import { hasNull } from './samples.ts'
import { tableWords, wordsOf } from './words.ts'

/** Words of what a tenant may be called, and how much each says. A company is as often a customer's. */
const WORDS: Readonly<Record<string, number>> = {
  tenant: 4,
  workspace: 4,
  organization: 1,
  organisation: 1,
  org: 1,
  account: 1,
  team: 1,
  company: 0,
  business: 0.5,
  agency: 1,
  site: 0,
  shop: 0.5,
  store: 0,
  project: 0,
  location: 0,
}
/** What is known of a customer's company, and of no tenant. */
const OF_CUSTOMERS =
  /^(sector|industry|size|website|domain|annual|revenue|employees?|linkedin|vip|zip|zipcode|city|phone)$/

export interface TenantCandidate {
  table: CrmTable
  /** Above 2: rather a table of tenants than of customers' companies. */
  score: number
  reasons: string[]
}

/** Columns of tables of records that could lead to a tenant. */
const tenantColumns = (table: CrmTable): CrmColumn[] =>
  table.columns.filter(({ name }) => wordsOf(name).some((word) => WORDS[word] !== undefined))

type Catalog = Pick<Guessing, 'tables' | 'facts' | 'sample' | 'found'>

/** Rates tables that could be those of tenants, the best first. */
export function rateTenantTables(guessing: Catalog): TenantCandidate[] {
  const { tables, found } = guessing
  const records = [...found.values()]
  const candidates = tables.filter(
    (table) => WORDS[tableWords(table.name).at(-1) ?? ''] !== undefined && !records.includes(table),
  )
  return candidates
    .map((table) => rate(table, guessing))
    .filter(({ reasons }) => reasons.length > 0)
    .sort((one, other) => other.score - one.score)
}

function rate(table: CrmTable, guessing: Catalog): TenantCandidate {
  const rated: TenantCandidate = { table, score: 0, reasons: [] }
  const add = (score: number, reason: string): void => {
    rated.score += score
    rated.reasons.push(reason)
  }
  rateRecords(table, guessing, add)
  rateUsers(table, guessing, add)
  rateOwnColumns(table, guessing, add)
  if (rated.reasons.length > 0) rated.score += WORDS[tableWords(table.name).at(-1)!]!
  return rated
}

type Add = (score: number, reason: string) => void

/** Every row of a tenant's records has one; a customer may be without a company. */
function rateRecords(table: CrmTable, { tables, facts, sample, found }: Catalog, add: Add): void {
  const refers = (from: CrmTable): CrmColumn | undefined =>
    tenantColumns(from).find((column) => isSameTable(referenceOf(from, column, tables)?.table, table))
  const direct: RecordName[] = []
  for (const [record, from] of found) {
    const column = refers(from)
    if (column === undefined) continue
    direct.push(record)
    const isAlways = facts(from, column.name).isNotNull
    const isFull = !isAlways && (sample(from) ?? []).length > 0 && !hasNull(sample(from), column.name)
    add(isAlways ? 1 : isFull ? 0.5 : 0.25, `${isAlways ? 'every' : 'a'} ${record} has its ${column.name}`)
  }
  const records = [...found.values()]
  const others = tables.filter(
    (from) => !records.includes(from) && !isUserTable(from) && refers(from) !== undefined,
  )
  if (direct.length > 0 && others.length > 0)
    add(Math.min(2, others.length * 0.5), `so do rows of ${others.slice(0, 3).map(qualifiedName).join(', ')}`)
  if (direct.length > 2 && direct.length === found.size) add(1, 'all records refer to it')
}

/** A tenant has users of the CRM; a customer's company has not. */
function rateUsers(table: CrmTable, { tables, facts, found }: Catalog, add: Add): void {
  const contacts = found.get('contact')
  for (const from of tables) {
    if (isSameTable(from, contacts) || [...found.values()].includes(from)) continue
    const columns = from.columns.filter((one) => isSameTable(referenceOf(from, one, tables)?.table, table))
    const [column] = columns
    if (column === undefined) continue
    if (isMembership(from)) add(2, `users are members of it (${qualifiedName(from)})`)
    else if (isUserTable(from))
      add(facts(from, column.name).isNotNull ? 2 : 1, `users belong to it (${qualifiedName(from)})`)
  }
}

/** A row for each user of each tenant. */
const isMembership = (table: CrmTable): boolean =>
  table.columns.some(({ name }) => /^(user|member|profile) id$/.test(wordsOf(name).join(' '))) &&
  (/^(membership|member|role|user)$/.test(tableWords(table.name).at(-1) ?? '') || table.columns.length <= 6)

function rateOwnColumns(table: CrmTable, { tables }: Catalog, add: Add): void {
  const words = table.columns.flatMap(({ name }) => wordsOf(name))
  const ofCustomers = new Set(words.filter((word) => OF_CUSTOMERS.test(word)))
  if (ofCustomers.size > 0)
    add(-1.5 * ofCustomers.size, `it has ${[...ofCustomers].join(', ')}, as customers' companies have`)
  const hasOwnUuid = table.columns.some(({ name, type }) => type === 'uuid' && /uuid|guid/i.test(name))
  if (hasOwnUuid && words.length <= 12) add(0.75, 'it has a UUID beside its key')
  for (const column of table.columns) {
    const reference = referenceOf(table, column, tables)
    if (reference === undefined || isSameTable(reference.table, table)) continue
    if (isUserTable(reference.table)) add(-1.5, `it has a user of its own (${column.name})`)
    else if (WORDS[tableWords(reference.table.name).at(-1)!] !== undefined)
      add(-3, `it belongs to ${qualifiedName(reference.table)} itself`)
  }
}
