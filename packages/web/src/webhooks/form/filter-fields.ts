import type { EventType } from '../../api/types.ts'
import { t, textFor } from '../../messages/index.ts'
import type { FieldKind } from './filter-model.ts'

export interface FilterField {
  path: string
  label: string
  kind: FieldKind
}

const HIDDEN = new Set(['id', 'organization_id', 'created_at', 'updated_at'])

/** Lists the fields to filter by, from the records of the chosen events, in the CRM's terms. */
export function listFields(types: readonly EventType[]): FilterField[] {
  const fields = new Map<string, FilterField>()
  for (const { example } of types) {
    for (const [path, value] of Object.entries(example)) {
      if (HIDDEN.has(path) || fields.has(path)) continue
      for (const field of readField(path, value)) fields.set(field.path, field)
    }
  }
  return [...fields.values()].sort((a, b) => rank(a) - rank(b))
}

function readField(path: string, value: unknown): FilterField[] {
  if (Array.isArray(value)) {
    return value.every((each) => typeof each === 'string')
      ? [{ path, label: fieldLabel(path), kind: 'list' }]
      : []
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inside]) => readField(`${path}.${key}`, inside))
  }
  const kind = typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'yesNo' : 'text'
  return [{ path, label: fieldLabel(path), kind }]
}

export function fieldLabel(path: string): string {
  const known = textFor(t.fields, path)
  if (known !== undefined) return known
  const [first = '', ...rest] = path.split('.')
  if (first === 'custom_fields' && rest.length > 0) return t.fieldOwn({ name: words(rest.join(' ')) })
  return words(path.replaceAll('.', ' '))
}

function words(name: string): string {
  const text = name.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The most common fields come first. */
const FIRST = ['stage', 'status', 'value', 'assigned_to', 'tags', 'company', 'direction', 'channel']

function rank({ path }: FilterField): number {
  const at = FIRST.indexOf(path)
  return at < 0 ? FIRST.length : at
}
