/** The columns from which a record's title is made. */
export interface RecordNames {
  record?: string | null
  title?: string | null
  subject?: string | null
  name?: string | null
  first_name?: string | null
  last_name?: string | null
  email?: string | null
}

export const RECORD_COLUMNS =
  'record:data->>id,title:data->>title,subject:data->>subject,name:data->>name,first_name:data->>first_name,last_name:data->>last_name,email:data->>email'

export function recordTitle(names: RecordNames | Record<string, unknown> | null): string | undefined {
  if (names === null) return undefined
  const { title, subject, name, first_name: first, last_name: last, email } = names as Record<string, unknown>
  const full = [first, last].filter(isText).join(' ')
  return [title, name, subject, full, email].find(isText)
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
