import type { RecordName } from '../../domain/event-types/records.ts'
import { quoteLiteral } from '../../database/identifiers.ts'
import type { CrmTable } from '../crm-tables.ts'
import { findColumn, qualifiedName } from '../crm-tables.ts'
import type { Organizations, OrganizationSource } from '../map/map-schema.ts'
import type { Guessing, Option } from './guessing.ts'
import { nameSql } from './write-sql.ts'
import { SURE, ask, decide, isAnswered } from './guessing.ts'
import { countValues, hasNull } from './samples.ts'
import { findPath, findUuid, toOrganization } from './tenant-path.ts'
import type { SchemaPerTenant } from './tenant-schemas.ts'
import type { TenantCandidate } from './tenants.ts'
import { rateTenantTables } from './tenants.ts'

export interface Tenancy {
  organizations: Organizations | undefined
  /** The table of tenants, which is no customer's company. */
  table: CrmTable | undefined
  organizationOf(table: CrmTable, record: RecordName): OrganizationSource | undefined
}

/** Where no tenant is found; whoever installs may choose another. */
const ONLY = '00000000-0000-4000-8000-000000000001'
const SINGLE = 'single'
/** Candidates of this score are tenants. */
const ENOUGH = 2

export function guessTenancy(guessing: Guessing, perSchema: SchemaPerTenant | undefined): Tenancy {
  if (perSchema !== undefined) return tenancyOfSchemas(perSchema, guessing)
  const candidates = rateTenantTables(guessing)
  const chosen = chooseTable(candidates, guessing)
  if (chosen === undefined) return ofColumns(guessing) ?? single
  return tenancyOfTable(chosen, guessing)
}

const single: Tenancy = { organizations: { value: ONLY }, table: undefined, organizationOf: () => undefined }

function tenancyOfSchemas({ pattern, schemas, isCertain }: SchemaPerTenant, guessing: Guessing): Tenancy {
  decide(guessing, {
    place: 'organizations',
    choice: `schemas ${pattern}`,
    confidence: isCertain ? 0.95 : SURE,
    reason: isCertain
      ? `${schemas.length} schemas have this prefix and the same tables`
      : `the schema ${schemas[0]} is called like one of several`,
  })
  return { organizations: { schemas: pattern }, table: undefined, organizationOf: () => undefined }
}

function chooseTable(candidates: readonly TenantCandidate[], guessing: Guessing): CrmTable | undefined {
  const [best, second] = candidates
  const guessed = best !== undefined && best.score >= ENOUGH ? best : undefined
  const distance = best === undefined ? 5 : Math.abs(best.score - ENOUGH)
  const isClose = guessed !== undefined && second !== undefined && second.score > guessed.score - 1
  const confidence = best === undefined ? 0.8 : Math.min(0.95, (isClose ? 0.4 : 0.55) + distance * 0.12)
  const choice = guessed === undefined ? 'a single organization' : qualifiedName(guessed.table)
  const about =
    best === undefined
      ? 'no table looks like one of tenants'
      : `${qualifiedName(best.table)}: ${best.reasons.join('; ')}`
  const decision = { place: 'organizations', choice, confidence, reason: about }
  decide(guessing, decision)
  if (confidence >= SURE || candidates.length === 0) return guessed?.table
  const answer = ask(guessing, {
    id: 'organizations',
    text: 'Which table has the organizations that use this CRM (not the companies of their customers)?',
    samples: sampleNames(candidates, guessing),
    options: [
      ...candidates
        .slice(0, 4)
        .map(({ table }): Option => ({ value: qualifiedName(table), label: qualifiedName(table) })),
      { value: SINGLE, label: 'none: one organization uses it' },
    ],
    default: guessed === undefined ? SINGLE : qualifiedName(guessed.table),
  })
  if (isAnswered(guessing, 'organizations'))
    Object.assign(decision, { choice: answer, confidence: 1, reason: 'answered' })
  return candidates.find(({ table }) => qualifiedName(table) === answer)?.table
}

const sampleNames = (candidates: readonly TenantCandidate[], { sample }: Guessing): string[] =>
  candidates.slice(0, 4).flatMap(({ table }) => {
    const label = labelOf(table)
    const values = label === undefined ? [] : countValues(sample(table), label).slice(0, 3)
    return values.length === 0
      ? []
      : [`${qualifiedName(table)}: ${values.map(({ value }) => value).join(', ')}`]
  })

const labelOf = (table: CrmTable): string | undefined =>
  ['name', 'label', 'title', 'display_name', 'displayName', 'company_name'].find(
    (name) => findColumn(table, name) !== undefined,
  )

/** Rows may carry UUIDs of organizations whose table is elsewhere. */
function ofColumns(guessing: Guessing): Tenancy | undefined {
  const tables = [...guessing.found.values()]
  const names = [
    'organization_id',
    'organizationId',
    'org_id',
    'tenant_id',
    'tenantId',
    'workspace_id',
    'workspaceId',
    'account_id',
    'accountId',
  ]
  const name = names.find(
    (one) => tables.length > 0 && tables.every((table) => isTenantUuid(table, one, guessing)),
  )
  if (name === undefined) return undefined
  guessing.decisions.splice(
    guessing.decisions.findIndex(({ place }) => place === 'organizations'),
    1,
  )
  decide(guessing, {
    place: 'organizations',
    choice: `the UUID in ${name}`,
    confidence: 0.85,
    reason: 'every record has it; its table is not in this database, or is not one of tenants',
  })
  return { organizations: undefined, table: undefined, organizationOf: () => ({ column: name }) }
}

const isTenantUuid = (table: CrmTable, name: string, { facts }: Guessing): boolean =>
  findColumn(table, name)?.type === 'uuid' && facts(table, name).isNotNull

function tenancyOfTable(table: CrmTable, guessing: Guessing): Tenancy {
  const key = table.keys.find((columns) => columns.length === 1)?.[0]
  if (key === undefined) return single
  const uuid = findUuid(table, key, guessing)
  const label = labelOf(table)
  const isUuid = findColumn(table, key)?.type === 'uuid'
  const only = guessOnly(table, key, guessing)
  return {
    organizations:
      isUuid || uuid !== undefined
        ? undefined
        : { table: qualifiedName(table), id: key, ...(label === undefined ? {} : { name: label }) },
    table,
    organizationOf(from, record) {
      const path = findPath(from, table, guessing)
      if (path === undefined) return undefined
      const organization = toOrganization(path, uuid)
      const isNullable =
        path.length === 1 && uuid === undefined && !guessing.facts(from, organization.column).isNotNull
      const names = path.map((step) => `${qualifiedName(step.from)}.${step.reference.column}`)
      decide(guessing, {
        place: `${record}.organization`,
        choice: names.join(' → '),
        confidence: path.every(({ reference }) => reference.isConstraint) ? 0.95 : 0.85,
        reason: path.length === 1 ? 'the row says it' : `${path.length} steps lead to it`,
      })
      return isNullable && only !== undefined
        ? { sql: `coalesce(${nameSql(organization.column)}, ${only})` }
        : organization
    },
  }
}

/** Rows without a tenant belong to all, which is to say to the first. */
function guessOnly(table: CrmTable, key: string, guessing: Guessing): string | undefined {
  const { found, sample, tables } = guessing
  const without = Array.from(found).filter(([, from]) => {
    const path = findPath(from, table, { ...guessing, tables })
    return path?.length === 1 && hasNull(sample(from), path[0]!.reference.column)
  })
  if (without.length === 0) return undefined
  const keys = countValues(sample(table), key)
    .map(({ value }) => value)
    .sort((one, other) => Number(one) - Number(other))
  if (keys[0] === undefined) return undefined
  const decision = {
    place: 'organization of rows without one',
    choice: keys[0],
    confidence: keys.length === 1 ? 0.9 : 0.6,
    reason: `${without.map(([, from]) => qualifiedName(from)).join(', ')} has rows without ${qualifiedName(table)}; it has ${keys.length} rows`,
  }
  decide(guessing, decision)
  if (decision.confidence >= SURE) return literal(keys[0], table, key)
  const answer = ask(guessing, {
    id: 'no-organization',
    text: `To which row of ${qualifiedName(table)} do rows without one belong?`,
    samples: [],
    options: [
      ...keys.slice(0, 5).map((value): Option => ({ value, label: nameKey(value, table, key, guessing) })),
      { value: 'none', label: 'to none: they emit nothing' },
    ],
    default: keys[0],
    free: 'another key',
  })
  if (isAnswered(guessing, 'no-organization'))
    Object.assign(decision, { choice: answer, confidence: 1, reason: 'answered' })
  return answer === 'none' ? undefined : literal(answer, table, key)
}

/** A key with the name of its row. */
function nameKey(value: string, table: CrmTable, key: string, { sample }: Guessing): string {
  const label = labelOf(table)
  const name = label === undefined ? undefined : sample(table)?.find((row) => row[key] === value)?.[label]
  return name === undefined || name === null ? value : `${value} (${name})`
}

const literal = (value: string, table: CrmTable, key: string): string =>
  /^(smallint|integer|bigint|numeric)$/.test(findColumn(table, key)?.type ?? '') && /^\d+$/.test(value)
    ? value
    : quoteLiteral(value).trim()
