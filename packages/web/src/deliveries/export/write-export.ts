import { FILTER_NAMES } from '../filters.ts'
import type { Page } from '../list-query.ts'
import { BYTE_ORDER_MARK, writeLine } from './csv.ts'
import { CSV_COLUMNS, readPages } from './export-rows.ts'
import type { ExportChoice, ExportedRow } from './export-rows.ts'

/** More is for the API. */
export const MAX_ROWS = 50_000
export const MAX_BYTES = 50 * 1024 * 1024

export interface Progress {
  rows: number
  bytes: number
  /** The time of the last row. */
  oldest: string | undefined
}

export interface ExportFile extends Progress {
  name: string
  content: Blob
  /** True: there is more that matches, older than `oldest`. */
  isCut: boolean
}

interface Options {
  /** Undefined: of all webhooks. */
  webhookName: string | undefined
  signal: AbortSignal
  onProgress: (progress: Progress) => void
}

/** Writes what matches the filters to a file, page by page, up to a number of rows and bytes. */
export async function writeExport(choice: ExportChoice, options: Options): Promise<ExportFile> {
  const startedAt = new Date()
  const file = new Writer(choice, options.webhookName, startedAt)
  for await (const page of readPages(choice, options.signal)) {
    file.add(page)
    options.onProgress({ ...file.progress })
    if (file.isCut) break
  }
  return file.end()
}

class Writer {
  readonly progress: Progress = { rows: 0, bytes: 0, oldest: undefined }
  isCut = false
  readonly #choice: ExportChoice
  readonly #webhookName: string | undefined
  readonly #startedAt: Date
  /** A browser keeps large blobs on disk. */
  readonly #parts: Blob[] = []

  constructor(choice: ExportChoice, webhookName: string | undefined, startedAt: Date) {
    this.#choice = choice
    this.#webhookName = webhookName
    this.#startedAt = startedAt
    this.#write(
      choice.format === 'csv' ? BYTE_ORDER_MARK + writeLine(CSV_COLUMNS[choice.content]) : this.#head(),
    )
  }

  add({ items, next }: Page<{ created_at: string; rows: readonly ExportedRow[] }>): void {
    const lines: string[] = []
    let bytes = this.progress.bytes
    for (const { created_at: time, rows } of items) {
      for (const row of rows) {
        const line = this.#line(row)
        bytes += line.length
        if (this.progress.rows >= MAX_ROWS || bytes > MAX_BYTES) {
          this.isCut = true
          return this.#write(lines.join(''))
        }
        lines.push(line)
        this.progress.rows += 1
      }
      this.progress.oldest = time
    }
    this.#write(lines.join(''))
    if (next !== null && this.progress.rows >= MAX_ROWS) this.isCut = true
  }

  end(): ExportFile {
    const { format } = this.#choice
    if (format === 'json') this.#write(`\n], "complete": ${!this.isCut}}\n`)
    const type = format === 'csv' ? 'text/csv;charset=utf-8' : 'application/json'
    return {
      ...this.progress,
      name: this.#name(),
      content: new Blob(this.#parts, { type }),
      isCut: this.isCut,
    }
  }

  #line(row: ExportedRow): string {
    const { content, format } = this.#choice
    if (format === 'csv') return writeLine(CSV_COLUMNS[content].map((name) => row[name]))
    return `${this.progress.rows === 0 ? '' : ',\n'}${JSON.stringify(row)}`
  }

  #head(): string {
    const { scope, filters, content } = this.#choice
    const given = Object.fromEntries(
      FILTER_NAMES.filter((name) => filters[name] !== undefined).map((name) => [name, filters[name]]),
    )
    const head = {
      organization_id: scope.organizationId,
      webhook_id: scope.webhookId ?? null,
      webhook: this.#webhookName ?? null,
      exported_at: this.#startedAt.toISOString(),
      filters: given,
    }
    return `${JSON.stringify(head).slice(0, -1)},"${content}": [\n`
  }

  #write(text: string): void {
    const part = new Blob([text])
    this.#parts.push(part)
    this.progress.bytes += part.size
  }

  /** `deliveries_crm-sync_2026-01-01_2026-01-31.csv` */
  #name(): string {
    const { content, format, filters } = this.#choice
    const from = filters.since ?? this.progress.oldest ?? this.#startedAt.toISOString()
    const to = filters.until ?? this.#startedAt.toISOString()
    const webhook = this.#webhookName === undefined ? 'all-webhooks' : toFileName(this.#webhookName)
    return [content, webhook, toDay(from), toDay(to)].join('_') + `.${format}`
  }
}

const toDay = (time: string): string => new Date(time).toISOString().slice(0, 10)

const MAX_NAME = 60

const toFileName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, MAX_NAME) || 'webhook'
