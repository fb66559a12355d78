import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parseMap } from '../src/capture/map/parse-map.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const SCHEMA = JSON.parse(readFileSync(new URL('../map.schema.json', import.meta.url), 'utf8')) as object
const PRESETS = globSync('packages/server/presets/*.json', { cwd: ROOT }).toSorted()

// `if` and `then` of a record refine properties that the schema declares beside them.
const ajv = new Ajv2020({
  allErrors: true,
  strictTypes: false,
  strictRequired: false,
  validateFormats: false,
})
const validate = ajv.compile(SCHEMA)

const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8')

function listErrors(map: unknown): string[] {
  return validate(map) ? [] : ajv.errorsText(validate.errors, { separator: '\n' }).split('\n')
}

function isAccepted(map: unknown): boolean {
  try {
    parseMap(JSON.stringify(map), 'map.json')
    return true
  } catch {
    return false
  }
}

/** The JSON blocks of the pages that are maps. */
function listExamples(): (readonly [page: string, text: string])[] {
  return globSync('docs/*.md', { cwd: ROOT }).flatMap((page) =>
    [...read(page).matchAll(/^```json\n([^]*?)^```$/gm)]
      .map(([, text = '']) => [basename(page), text] as const)
      .filter(([, text]) => /"(?:records|events)": \[/.test(text)),
  )
}

interface Place {
  holder: Record<string, unknown>
  key: string
  path: string
}

/** Every key of every object of a map, and every element of its lists. */
function* listPlaces(value: unknown, path = ''): Generator<Place> {
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    const place = { holder: value as Record<string, unknown>, key, path: `${path}/${key}` }
    yield place
    yield* listPlaces(place.holder[key], place.path)
  }
}

const REMOVE = Symbol('remove')
/** What no key of a map may be, and what some may. */
const REPLACEMENTS: readonly unknown[] = [
  REMOVE,
  null,
  7,
  true,
  '',
  'a\nb',
  [],
  {},
  { unknown: 1 },
  [7],
  'x'.repeat(4001),
]

/** Gives a place another value while `work` runs. */
function replaceFor({ holder, key }: Place, value: unknown, work: () => void): void {
  const before = Object.entries(holder)
  if (value !== REMOVE) holder[key] = value
  else if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
  work()
  if (Array.isArray(holder)) holder.splice(0, holder.length, ...before.map(([, kept]) => kept))
  else Object.assign(holder, Object.fromEntries(before))
}

suite('JSON Schema of the map', () => {
  for (const path of PRESETS) {
    test(`the preset ${basename(path, '.json')} satisfies it`, () => {
      assert.deepEqual(listErrors(JSON.parse(read(path))), [])
    })
  }

  test('the maps in the documentation satisfy it, and the program accepts them', () => {
    const examples = listExamples()
    assert.ok(examples.length > 0)
    for (const [page, text] of examples) {
      assert.deepEqual([page, ...listErrors(JSON.parse(text))], [page])
      parseMap(text, page)
    }
  })

  // Between them they have tenants of two kinds, events of their own, and every kind of source.
  for (const name of ['chatwoot', 'twenty']) {
    test(`it refuses every change of the preset ${name} that the program refuses by its shape`, () => {
      const map: unknown = JSON.parse(read(`packages/server/presets/${name}.json`))
      const places = Array.from(listPlaces(map))
      let refused = 0
      for (const place of places) {
        for (const value of REPLACEMENTS) {
          replaceFor(place, value, () => {
            if (isAccepted(map)) return
            refused += 1
            const shown = value === REMOVE ? 'removed' : JSON.stringify(value).slice(0, 20)
            assert.notDeepEqual(listErrors(map), [], `${place.path}: ${shown}`)
          })
        }
      }
      assert.ok(refused > 100)
    })
  }

  const EVENT = { type: 'a.b', table: 'public.t', on: ['insert'], data: { id: 'id' } }
  const REFUSED: readonly (readonly [why: string, map: object])[] = [
    ['an unknown key', { events: [{ ...EVENT, tables: [] }] }],
    [
      'a column that the record does not have',
      { records: [{ record: 'contact', table: 't', columns: { id: 'id', stage: 's' } }] },
    ],
    [
      'a key in a column that is no object',
      { records: [{ record: 'contact', table: 't', columns: { id: 'id', 'email.x': 's' } }] },
    ],
    ['a map that names nothing', { records: [], events: [] }],
    ['a map of the earlier form', { contact: { table: 'public.t', columns: { id: 'id' } } }],
    ['an event type without a dot', { events: [{ ...EVENT, type: 'paid' }] }],
    ['an event of no operation', { events: [{ ...EVENT, on: [] }] }],
    ['an event without data', { events: [{ ...EVENT, data: {} }] }],
    ['a pattern without *', { organizations: { schemas: 'workspace' }, events: [EVENT] }],
    ['an organization that is no UUID', { organizations: { value: 'acme' }, events: [EVENT] }],
    ['a scale of 0', { events: [{ ...EVENT, data: { id: { column: 'id', scale: 0 } } }] }],
  ]
  for (const [why, map] of REFUSED) {
    test(`it refuses ${why}, as the program does`, () => {
      assert.equal(isAccepted(map), false)
      assert.notDeepEqual(listErrors(map), [])
    })
  }

  const UNUSABLE: readonly (readonly [why: string, map: object])[] = [
    [
      'a record without a required column',
      { records: [{ record: 'deal', table: 't', columns: { id: 'id' } }] },
    ],
    [
      'lookup and json in one source',
      {
        events: [
          {
            ...EVENT,
            data: { id: { column: 'id', json: 'a', lookup: { table: 't', key: 'id', value: 'v' } } },
          },
        ],
      },
    ],
  ]
  for (const [why, map] of UNUSABLE) {
    test(`it refuses ${why}, which the program refuses once it knows the tables`, () => {
      assert.notDeepEqual(listErrors(map), [])
    })
  }

  test('each of its properties has a description, so that editors explain it', () => {
    const silent: string[] = []
    const { $defs = {} } = SCHEMA as { $defs?: Record<string, { description?: string }> }
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}/${key}`)
      const { properties } = value as { properties?: Record<string, { description?: string; $ref?: string }> }
      // What a condition repeats is described where it is declared.
      if (properties === undefined || /allOf|anyOf\/\d+$/.test(path)) return
      for (const [key, { description, $ref }] of Object.entries(properties)) {
        const referred = $ref === undefined ? undefined : $defs[$ref.replace('#/$defs/', '')]?.description
        if ((description ?? referred) === undefined) silent.push(`${path}/${key}`)
      }
    }
    visit(SCHEMA, '')
    assert.deepEqual(silent, [])
  })
})
