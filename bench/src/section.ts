export type Cell = string | number | undefined

/** A target and the measured value. */
export interface Goal {
  text: string
  measured: number
  atMost?: number
  atLeast?: number
  unit: string
}

/** The results of one scenario. */
export interface Section {
  title: string
  /** What the numbers mean and how they were measured. */
  notes: string[]
  columns: string[]
  rows: Cell[][]
  /** A second table. */
  more?: { note: string; columns: string[]; rows: Cell[][] }
  goals: Goal[]
}

function isReached({ measured, atMost = Infinity, atLeast = -Infinity }: Goal): boolean {
  return measured <= atMost && measured >= atLeast
}

/** Formats a section as Markdown, which is also readable in a terminal. */
export function toMarkdown({ title, notes, columns, rows, more, goals }: Section): string {
  const second = more === undefined ? [] : ['', more.note, '', ...toTable(more.columns, more.rows)]
  const targets = goals.length === 0 ? [] : ['', ...toGoalTable(goals)]
  return [
    `## ${title}`,
    '',
    ...notes.flatMap((note) => [note, '']),
    ...toTable(columns, rows),
    ...second,
    ...targets,
  ].join('\n')
}

function toGoalTable(goals: readonly Goal[]): string[] {
  const rows = goals.map((goal) => [
    goal.text,
    goal.atMost === undefined ? `≥ ${goal.atLeast} ${goal.unit}` : `≤ ${goal.atMost} ${goal.unit}`,
    `${round(goal.measured)} ${goal.unit}`,
    Number.isNaN(goal.measured) ? 'not measured' : isReached(goal) ? 'yes' : '**no**',
  ])
  return toTable(['Goal', 'Wanted', 'Measured', 'Reached'], rows)
}

function toTable(columns: readonly string[], rows: readonly Cell[][]): string[] {
  const cells = [columns, ...rows.map((row) => row.map(formatCell))]
  const widths = columns.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(row[column] ?? '', width, column)).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(columns), rule, ...cells.slice(1).map(line)]
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width)
}

function formatCell(cell: Cell): string {
  if (cell === undefined) return 'n/a'
  return typeof cell === 'string' ? cell : round(cell)
}

/** Three significant digits, with thousands separators. */
function round(value: number): string {
  if (!Number.isFinite(value)) return 'n/a'
  const size = Math.abs(value)
  return size >= 1_000
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)))
}
