import type { InstallCheck } from '../../../capture/check/check-install.ts'
import { isUnchanged } from '../../../capture/check/diff-install.ts'
import type { InstallDiff } from '../../../capture/check/diff-install.ts'
import type { Cost, MeasuredTable } from '../../../capture/check/measure-cost.ts'
import type { Preview } from '../../../capture/check/preview-events.ts'
import { list } from './install-report.ts'

/** What `install --diff` and `install --check` found; `--json` prints it as it is. */
export interface CheckReport extends Partial<InstallCheck> {
  problems: string[]
  warnings: string[]
  /** Migrations that an installation would apply. */
  migrations: string[]
  diff: InstallDiff
}

export function checkToText({
  problems,
  warnings,
  migrations,
  diff,
  previews,
  measured,
}: CheckReport): string {
  const isSame = diff.tables.length > 0 && isUnchanged(diff) && migrations.length === 0
  return [
    ...list('Problems of the map', problems),
    ...list('Migrations that install would apply', migrations),
    ...list('Tables', describeTables(diff)),
    ...list(
      'Event types',
      diff.eventTypes.map(({ name, state }) => `${name}: ${state}`),
    ),
    ...(isSame ? ['Nothing would change.', ''] : []),
    ...(diff.isMapChanged ? ['The stored map would be replaced.', ''] : []),
    ...list(
      'Drift since the last install',
      diff.drifts.flatMap(({ table, record, status, problems: found }) => [
        `${table} (${record}): ${status}`,
        ...found.map((problem) => `  ${problem}`),
      ]),
    ),
    ...(previews ?? []).flatMap(describePreview),
    ...describeCosts(measured),
    ...list('Notes', warnings),
  ].join('\n')
}

const describeTables = ({ tables }: InstallDiff): string[] =>
  tables.flatMap(({ relation, record, state, changes }) => [
    `${relation} (${record}): ${state}`,
    ...changes.map((change) => `  ${change}`),
  ])

function describePreview({
  relation,
  record,
  from,
  rowCount,
  events,
  obstacle,
  ...failed
}: Preview): string[] {
  const title = `${relation} (${record})`
  if (obstacle !== undefined) return list(`Events of ${title}`, [`not previewed: ${obstacle}`])
  if (rowCount === 0) return list(`Events of ${title}`, ['not previewed: the table has no rows'])
  const rows = `${rowCount} ${rowCount === 1 ? 'row' : 'rows'}`
  const which = from === 'last hour' ? `${rows} of the last hour` : `the newest ${rows}`
  const lines = events.flatMap(({ event, count, samples }) => [
    `${event}: ${count}`,
    ...samples.map(({ data }) => `  ${JSON.stringify(data)}`),
  ])
  const failures = failed.failures.map(
    ({ expression, key, error }) => `row ${key ?? 'without a key'}, ${expression}: ${error}`,
  )
  return [
    ...list(`Events if ${which} of ${title} were inserted`, lines.length === 0 ? [NONE] : lines),
    ...(failed.failedRows === 0 ? [] : list(`${failed.failedRows} rows fail`, failures)),
  ]
}

const NONE = 'none; events of updates and deletes are not previewed'

const micros = (value: number | null): string => (value === null ? 'too long' : `${value} µs`)

const describeCost = ({ changes, rows, without, with: captured }: Cost): string =>
  `update of ${rows === 1 ? '1 row' : `${rows} rows`}, ${changes === 'nothing' ? 'nothing changes' : `${changes} changes`}: ` +
  `${micros(without)} a row without capture, ${micros(captured)} with`

function describeCosts(measured: readonly MeasuredTable[] | undefined): string[] {
  if (measured === undefined) return []
  return list(
    'Cost, measured in a transaction that was rolled back',
    measured.flatMap(({ relation, costs, otherTriggers, obstacle }) => [
      obstacle === undefined ? relation : `${relation}: not measured: ${obstacle}`,
      ...costs.map((cost) => `  ${describeCost(cost)}`),
      ...(costs.length > 0 && otherTriggers.length > 0
        ? [`  triggers of the CRM that ran, too: ${otherTriggers.join(', ')}`]
        : []),
    ]),
  )
}
