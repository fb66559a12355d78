import type { JsonObject } from '../../api/types.ts'

/**
 * A filter in the builder, alongside the JSON that the API takes. Every list of conditions can be written as JSON; JSON
 * that does not come from such a list is edited as JSON.
 */
export const OPERATORS = [
  'is',
  'isNot',
  'isOneOf',
  'over',
  'atLeast',
  'under',
  'atMost',
  'includes',
  'lacks',
  'was',
  'isSet',
  'isEmpty',
] as const
export type Operator = (typeof OPERATORS)[number]

export type FieldKind = 'text' | 'number' | 'yesNo' | 'list'

export interface Condition {
  /** A path inside `data`, such as `stage` or `custom_fields.plan`. */
  field: string
  kind: FieldKind
  operator: Operator
  value: string
}

export interface FilterDraft {
  mode: 'none' | 'builder' | 'json'
  match: 'all' | 'any'
  conditions: Condition[]
  json: string
}

export const emptyFilter: FilterDraft = { mode: 'none', match: 'all', conditions: [], json: '' }

export const OPERATORS_OF: Record<FieldKind, readonly Operator[]> = {
  text: ['is', 'isNot', 'isOneOf', 'was', 'isSet', 'isEmpty'],
  number: ['over', 'atLeast', 'under', 'atMost', 'is', 'isNot', 'was'],
  yesNo: ['is', 'was'],
  list: ['includes', 'lacks', 'isSet'],
}

export const takesValue = (operator: Operator): boolean => operator !== 'isSet' && operator !== 'isEmpty'

const COMPARING = { $gt: 'over', $gte: 'atLeast', $lt: 'under', $lte: 'atMost' } as const
const SYMBOLS = { over: '$gt', atLeast: '$gte', under: '$lt', atMost: '$lte' } as const

/** Returns the JSON; null for none. Returns invalid text unchanged, for the API to report. */
export function writeFilter(draft: FilterDraft): unknown {
  if (draft.mode === 'none') return null
  if (draft.mode === 'builder') return writeConditions(draft)
  try {
    return JSON.parse(draft.json) as unknown
  } catch {
    return draft.json
  }
}

function writeConditions({ conditions, match }: FilterDraft): JsonObject | null {
  const parts = conditions.filter(isComplete).map(writeCondition)
  if (parts.length === 0) return null
  if (match === 'any' && parts.length > 1) return { $or: parts }
  const merged = Object.assign({}, ...parts) as JsonObject
  // One object cannot hold two conditions on the same field.
  return Object.keys(merged).length === parts.length ? merged : { $and: parts }
}

const isComplete = ({ field, operator, value }: Condition): boolean =>
  field !== '' && (!takesValue(operator) || value.trim() !== '')

function writeCondition({ field, kind, operator, value }: Condition): JsonObject {
  const key = `${operator === 'was' ? 'previous' : 'data'}.${field}`
  return { [key]: writeOperator(operator, value, kind) }
}

function writeOperator(operator: Operator, value: string, kind: FieldKind): unknown {
  switch (operator) {
    case 'is':
    case 'was':
    case 'includes':
      return typed(value, kind)
    case 'isNot':
    case 'lacks':
      return { $ne: typed(value, kind) }
    case 'isOneOf':
      return { $in: value.split(',').map((part) => typed(part, kind)) }
    case 'isSet':
      return { $ne: null }
    case 'isEmpty':
      return null
    case 'over':
    case 'atLeast':
    case 'under':
    case 'atMost':
      return { [SYMBOLS[operator]]: typed(value, kind) }
  }
  return undefined
}

function typed(value: string, kind: FieldKind): unknown {
  const text = value.trim()
  if (kind === 'number' && text !== '' && !Number.isNaN(Number(text))) return Number(text)
  if (kind === 'yesNo') return text === 'true'
  return text
}

export function readFilter(filter: JsonObject | null): FilterDraft {
  if (filter === null) return emptyFilter
  const json = JSON.stringify(filter, null, 2)
  const draft = readConditions(filter)
  const isFaithful = draft !== undefined && JSON.stringify(writeFilter(draft)) === JSON.stringify(filter)
  return isFaithful ? { ...draft, json } : { ...emptyFilter, mode: 'json', json }
}

/** Converts edited JSON back to conditions, if they can express it. */
export function toBuilder(draft: FilterDraft): FilterDraft | undefined {
  try {
    const read = readFilter(JSON.parse(draft.json) as JsonObject)
    return read.mode === 'builder' ? read : undefined
  } catch {
    return undefined
  }
}

function readConditions(filter: JsonObject): FilterDraft | undefined {
  const { $or: any, $and: all, ...plain } = filter
  const list = any ?? all
  const parts = Array.isArray(list)
    ? (list as JsonObject[])
    : Object.entries(plain).map(([key, value]) => ({ [key]: value }))
  const conditions = parts.map(readCondition)
  if (conditions.length === 0 || conditions.some((condition) => condition === undefined)) return undefined
  return {
    mode: 'builder',
    match: any === undefined ? 'all' : 'any',
    conditions: conditions.filter((condition) => condition !== undefined),
    json: '',
  }
}

function readCondition(part: JsonObject): Condition | undefined {
  const [entry, ...more] = Object.entries(part)
  const [, place, field] = /^(data|previous)\.(.+)$/.exec(entry?.[0] ?? '') ?? []
  if (field === undefined || more.length > 0) return undefined
  const value = entry?.[1]
  if (place === 'previous') {
    return isScalar(value) ? { field, ...scalar(value), operator: 'was' } : undefined
  }
  if (value === null) return { field, kind: 'text', operator: 'isEmpty', value: '' }
  if (isScalar(value)) return { field, ...scalar(value), operator: field === 'tags' ? 'includes' : 'is' }
  return typeof value === 'object' ? readOperator(field, value as JsonObject) : undefined
}

function readOperator(field: string, operators: JsonObject): Condition | undefined {
  const [entry, ...more] = Object.entries(operators)
  if (entry === undefined || more.length > 0) return undefined
  const [symbol, operand] = entry
  if (symbol === '$ne' && operand === null) return { field, kind: 'text', operator: 'isSet', value: '' }
  if (symbol === '$ne' && isScalar(operand)) {
    return { field, ...scalar(operand), operator: field === 'tags' ? 'lacks' : 'isNot' }
  }
  if (symbol === '$in' && Array.isArray(operand) && operand.every((each) => typeof each === 'string')) {
    return { field, kind: 'text', operator: 'isOneOf', value: operand.join(', ') }
  }
  if (!(symbol in COMPARING) || !isScalar(operand)) return undefined
  return { field, ...scalar(operand), operator: COMPARING[symbol as keyof typeof COMPARING] }
}

type Scalar = string | number | boolean

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value)

function scalar(value: Scalar): Pick<Condition, 'kind' | 'value'> {
  const kind = typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'yesNo' : 'text'
  return { kind, value: String(value) }
}
