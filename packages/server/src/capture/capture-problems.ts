import { quoteIdentifier } from '../database/identifiers.ts'
import type { CaptureState, TableName, TableState, TriggerState } from './capture-state.ts'
import type { ExpectedCapture, ExpectedTable } from './expected-capture.ts'
import { ANY_DEFINITION } from './expected-capture.ts'

export type CaptureStatus = 'ok' | 'drifted' | 'missing'

export interface CaptureFindings {
  status: CaptureStatus
  /** Plain sentences, each with its remedy. */
  problems: string[]
}

export interface Compared {
  expected: ExpectedCapture
  /** The state of the expected tables, in their order. */
  tables: readonly TableState[]
  state: CaptureState
  /** The reference CRM reinstalls its capture at each start. */
  isReference: boolean
}

const MAX_PROBLEMS = 20

/** Like PostgreSQL's `%I`: quotes only where necessary. */
const plain = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteIdentifier(name))
const qualifiedName = ({ schema, name }: TableName): string => `${plain(schema)}.${plain(name)}`

/** Compares the current capture of a table with the installed one. */
export function findProblems(compared: Compared): CaptureFindings {
  const { expected, tables } = compared
  const [captured, ...lookups] = expected.tables
  const state = tables[0]
  if (captured === undefined || state === undefined || state.oid === null)
    return { status: 'missing', problems: [explainMissingTable(compared)] }
  const triggers = findTriggerProblems(compared, captured, state)
  const problems = [
    ...triggers.problems,
    ...findFunctionProblems(compared),
    ...findColumnProblems(captured, state, compared),
    ...lookups.flatMap((lookup, index) => findLookupProblems(lookup, tables[index + 1], compared)),
    ...findReplicaProblems(compared, triggers.found),
    ...findOutboxProblems(compared),
  ]
  if (problems.length === 0) return { status: 'ok', problems }
  const status = triggers.found.length === 0 && expected.triggers.length > 0 ? 'missing' : 'drifted'
  return { status, problems: shorten(problems) }
}

function shorten(problems: readonly string[]): string[] {
  if (problems.length <= MAX_PROBLEMS) return [...problems]
  return [...problems.slice(0, MAX_PROBLEMS), `${problems.length - MAX_PROBLEMS} more problems.`]
}

const installAgain = ({ isReference }: Compared): string =>
  isReference
    ? 'Restart the server to install it again.'
    : 'Run install again with the same map to restore it.'

function explainMissingTable({ expected, tables, isReference }: Compared): string {
  const name = qualifiedName(expected.tables[0]!)
  const movedTo = tables[0]?.movedTo ?? null
  const install = isReference
    ? 'and restart the server.'
    : 'and run install again, or correct the map and run install with it.'
  if (movedTo === null)
    return `The table ${name} was dropped: its changes emit no events. Create it again ${install}`
  return `The table ${name} was renamed to ${movedTo}: its changes emit no events. Rename it back ${install}`
}

const isSame = (found: string, wanted: string): boolean => wanted === ANY_DEFINITION || found === wanted

function findTriggerProblems(
  compared: Compared,
  captured: ExpectedTable,
  { oid, movedTo }: TableState,
): { problems: string[]; found: TriggerState[] } {
  const { expected, state } = compared
  const table = qualifiedName(captured)
  const present = state.triggers.filter(({ tableOid }) => tableOid === oid)
  const problems: string[] = []
  const found: TriggerState[] = []
  for (const wanted of expected.triggers) {
    const trigger = present.find(({ name }) => name === wanted.name)
    if (trigger === undefined) {
      problems.push(`The trigger ${wanted.name} on ${table} is missing. ${installAgain(compared)}`)
      continue
    }
    if (trigger.function !== wanted.function || !isSame(trigger.definition, wanted.definition)) {
      problems.push(
        `The trigger ${wanted.name} on ${table} was replaced by another trigger. ${installAgain(compared)}`,
      )
      continue
    }
    found.push(trigger)
    const enable = `alter table ${table} enable trigger ${wanted.name}.`
    if (trigger.enabled === 'D')
      problems.push(`The trigger ${wanted.name} on ${table} is disabled. Enable it with: ${enable}`)
    if (trigger.enabled === 'R')
      problems.push(
        `The trigger ${wanted.name} on ${table} fires for replication only. Enable it with: ${enable}`,
      )
  }
  if (found.length === 0 && movedTo !== null) {
    return {
      problems: [
        `Another table now has the name ${table}; the captured table was renamed to ${movedTo}. ` +
          (compared.isReference
            ? 'Restart the server to capture the new table.'
            : 'Run install again with the same map to capture the new table.'),
      ],
      found,
    }
  }
  return { problems, found }
}

function findFunctionProblems(compared: Compared): string[] {
  const { expected, state } = compared
  return expected.functions.flatMap(({ name, hash }) => {
    const found = state.functions.find((candidate) => candidate.name === name)
    const title = `The function webhooks_internal.${name}`
    if (found === undefined) return [`${title} is missing. ${installAgain(compared)}`]
    if (found.hash !== hash) return [`${title} was replaced. ${installAgain(compared)}`]
    if (!found.canEmit) {
      return [
        `${title} is owned by ${found.owner}, which may not store events. ` +
          `Change the owner with: alter function webhooks_internal.${name} owner to <the owner of the schema webhooks>.`,
      ]
    }
    return []
  })
}

function findColumnProblems(
  expected: ExpectedTable,
  state: TableState,
  { isReference }: Pick<Compared, 'isReference'>,
): string[] {
  const table = qualifiedName(expected)
  const correct = isReference ? '' : ', or correct the map and run install with it'
  return expected.columns.flatMap((wanted) => {
    const column = state.columns.find(({ name }) => name === wanted.name)
    if (column !== undefined) {
      if (column.type === wanted.type || wanted.type === '') return []
      return [
        `The column ${plain(wanted.name)} of ${table} was ${wanted.type} and is now ${column.type}. ` +
          (isReference
            ? 'Restart the server to adapt to it, or change the type back.'
            : 'Run install again with the same map to check whether the new type fits.'),
      ]
    }
    const renamed = state.oid === expected.oid && state.columns.find(({ number }) => number === wanted.number)
    if (renamed !== undefined && renamed !== false) {
      return [
        `The column ${plain(wanted.name)} of ${table} was renamed to ${plain(renamed.name)}. Rename it back with: ` +
          `alter table ${table} rename column ${plain(renamed.name)} to ${plain(wanted.name)}${correct}.`,
      ]
    }
    return [`The column ${plain(wanted.name)} of ${table} is missing. Add it again${correct}.`]
  })
}

/** For a table in which a row's organization or a value is looked up. */
function findLookupProblems(
  expected: ExpectedTable,
  state: TableState | undefined,
  compared: Compared,
): string[] {
  if (state !== undefined && state.oid !== null) return findColumnProblems(expected, state, compared)
  const name = qualifiedName(expected)
  const now =
    state === undefined || state.movedTo === null ? 'was dropped' : `was renamed to ${state.movedTo}`
  return [
    `The table ${name}, which rows are looked up in, ${now}. Restore it, or correct the map and run install with it.`,
  ]
}

function findOutboxProblems({ state: { outboxTrigger } }: Compared): string[] {
  if (outboxTrigger === 'O' || outboxTrigger === 'A') return []
  const [is, fix] =
    outboxTrigger === undefined
      ? ['missing', 'Restore the database from a backup that contains it.']
      : ['disabled', 'Enable it with: alter table webhooks.webhook_events enable trigger fill_outbox.']
  return [
    `The trigger fill_outbox on webhooks.webhook_events is ${is}: events are stored but not sent. ${fix} Then replay the events since then.`,
  ]
}

/** Triggers enabled as `always` also fire on replicas. */
function findReplicaProblems({ state, expected }: Compared, found: readonly TriggerState[]): string[] {
  if (found.length > 0 && found.every(({ enabled }) => enabled === 'A')) return []
  const table = qualifiedName(expected.tables[0]!)
  return state.replicaSettings.map((target) =>
    target === null
      ? `The database server runs with session_replication_role = replica: changes of ${table} emit no events. ` +
        'Remove the setting from its configuration and reload it.'
      : `With session_replication_role = replica, ${target} can change ${table} without emitting events. ` +
        `Remove it with: alter ${target} reset session_replication_role.`,
  )
}
