import type { Installed } from '../../../capture/install-captures.ts'

/** What `install` found and did; `--json` prints it as it is. */
export interface Report {
  problems: string[]
  warnings: string[]
  /** Applied to the schema `webhooks`, or to be applied in a dry run. */
  migrations: string[]
  /** In a dry run. */
  sql?: string[]
  tables?: Installed[]
  /** The owner of the database, if this run gave that role access for dumps. */
  sharedWith?: string
}

export function toText({ problems, warnings, migrations, sql, tables, sharedWith }: Report): string {
  if (problems.length > 0) {
    return [
      ...list('Nothing was changed because of these problems', problems),
      ...list('Warnings', warnings),
    ].join('\n')
  }
  if (sql !== undefined) {
    const comment = (lines: readonly string[]): string[] => lines.map((line) => `-- ${line}`)
    return [
      ...comment(list('First, in the schemas webhooks and webhooks_internal', migrations)),
      ...comment(list('Notes', warnings)),
      ...sql,
    ].join('\n\n')
  }
  const states = (tables ?? []).map(({ record, relation, state }) => `${relation} (${record}): ${state}`)
  return [
    ...list('Applied', migrations),
    ...list('May dump ConnectGain’s tables', sharedWith === undefined ? [] : [sharedWith]),
    ...list('Notes', warnings),
    ...list('Captured', states),
  ].join('\n')
}

export const list = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`), '']
