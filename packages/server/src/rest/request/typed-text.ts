import type { Column } from '../schema-cache/schema.ts'

const TEXTS = new Set(['text', 'character varying', 'character', 'name'])
const NUMBERS = new Set(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'])
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * Writes a value of a format that has only texts as JSON, by the type of its column. Digits stay as they are. What is no value of the
 * type remains a text, which the table's rules or the database judge.
 */
export function writeTyped(text: string, column: Column | undefined): string {
  const type = column?.baseType ?? 'text'
  if (TEXTS.has(type)) return JSON.stringify(text)
  if (text === '') return 'null'
  if (NUMBERS.has(type) && JSON_NUMBER.test(text)) return text
  if (type === 'boolean' && /^(?:true|t|false|f)$/i.test(text)) return /^t/i.test(text) ? 'true' : 'false'
  if ((type === 'json' || type === 'jsonb') && isJson(text)) return text
  if (type.endsWith('[]')) return writeList(text)
  return JSON.stringify(text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A list is written as JSON, or as PostgreSQL does. */
function writeList(text: string): string {
  if (text.startsWith('[') && isJson(text)) return text
  return JSON.stringify(parseArray(text) ?? text)
}

const ELEMENT = /("(?:[^"\\]|\\.)*"|[^",{}\\\s][^",{}\\]*)(,|\}$)/gsy

/** Parses `{a,"b,c",NULL}`; undefined if the text is none, or has lists in it. */
function parseArray(text: string): (string | null)[] | undefined {
  if (text === '{}') return []
  if (!text.startsWith('{')) return undefined
  const elements: (string | null)[] = []
  ELEMENT.lastIndex = 1
  for (let found = ELEMENT.exec(text); found !== null; found = ELEMENT.exec(text)) {
    elements.push(readElement(found[1]!))
    if (found[2] !== ',') return elements
  }
  return undefined
}

function readElement(text: string): string | null {
  if (text.startsWith('"')) return text.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
  const bare = text.trim()
  return bare.toUpperCase() === 'NULL' ? null : bare
}
