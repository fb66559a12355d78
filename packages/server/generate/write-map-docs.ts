import { fillBlock } from './fill-block.ts'
import type { Schema } from './write-map-schema.ts'
import { mapJsonSchema } from './write-map-schema.ts'

/** Definitions that are words in the reference; the others have a section. */
const WORDS = ['table', 'column']
const SECTIONS = ['organizations', 'record', 'event', 'organization', 'hop', 'source', 'lookup']

/** docs/installing.md with the reference of the map as its JSON Schema has it. */
export function writeMapDocs(page: string): string {
  const { $defs = {}, ...root } = mapJsonSchema()
  const sections = SECTIONS.map((name) => writeSection($defs[name]!))
  const parts = [writeTable([root]), ...sections, writeRecordColumns($defs['record']!)]
  return fillBlock(page, 'reference of the map', parts.join('\n\n'))
}

function writeSection(definition: Schema): string {
  const { title = '', description = '', anyOf } = definition
  const forms = (anyOf ?? [definition]).filter((form) => form.properties !== undefined)
  const heading = `### ${capitalize(title)}\n\n${description}`
  const list = anyOf === undefined ? '' : `\n\n${anyOf.map(writeForm).join('\n')}`
  return `${heading}${list}\n\n${writeTable(forms)}`
}

function writeForm(form: Schema): string {
  if (form.properties === undefined) return `- a ${writeValue(form)}, as it is`
  const keys = Object.keys(form.properties).map((key) => writeKey(form, key, '"'))
  return `- ${form.title}: \`{${keys.join(', ')}}\``
}

/** Optional keys have a question mark. */
function writeKey({ required = [] }: Schema, key: string, quote: string): string {
  return `${quote}${key}${quote}${required.includes(key) ? '' : '?'}`
}

function writeTable(forms: readonly Schema[]): string {
  const rows = forms.flatMap((form) =>
    Object.entries(form.properties ?? {}).map(
      ([key, value]) =>
        `| \`${writeKey(form, key, '')}\` | ${writeValue(value)} | ${value.description ?? writeReferred(value)} |`,
    ),
  )
  return ['| key | value | meaning |', '|---|---|---|', ...rows].join('\n')
}

const writeReferred = (value: Schema): string => findReferred(value)?.description ?? ''

function findReferred({ $ref }: Schema): Schema | undefined {
  return $ref === undefined ? undefined : mapJsonSchema().$defs?.[nameOf($ref)]
}

const nameOf = ($ref: string): string => $ref.replace('#/$defs/', '')

function writeValue(value: Schema): string {
  const { $ref, type, title, items, enum: values, anyOf, additionalProperties } = value
  if ($ref !== undefined) return writeReference(nameOf($ref), findReferred(value)?.title ?? '')
  if (items !== undefined) return `list of ${writeValue(items)}`
  if (values !== undefined) return values.map((one) => `\`${one}\``).join(', ')
  if (anyOf !== undefined) return anyOf.map(writeValue).join('; or ')
  if (title !== undefined && type !== 'object') return title
  if (typeof additionalProperties === 'object') return `name → ${writeValue(additionalProperties)}`
  return type === 'boolean' ? '`true`, `false`' : type === 'integer' ? 'number' : 'text'
}

const writeReference = (name: string, title: string): string =>
  WORDS.includes(name) ? title : `[${title}](#${anchorOf(title)})`

/** As GitHub derives it from the heading. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z ]/g, '')
    .replaceAll(' ', '-')

const capitalize = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`

function writeRecordColumns({ allOf = [] }: Schema): string {
  const rows = allOf.map(({ if: condition, then: consequence }) => {
    const { properties = {}, required = [] } = consequence!.properties!['columns']!
    const others = Object.keys(properties).filter((name) => !required.includes(name))
    const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')
    return `| \`${condition!.properties!['record']!.const}\` | ${list(required)} | ${list(others)} |`
  })
  return [
    '### Columns of records',
    '',
    '[Events](events.md) describes them.',
    '',
    '| record | required | others |',
    '|---|---|---|',
    ...rows,
  ].join('\n')
}
