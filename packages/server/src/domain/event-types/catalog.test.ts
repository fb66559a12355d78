import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { previousSchemaOf, schemaOf } from './event-schema.ts'
import { EVENT_TYPES } from './event-types.ts'

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
formats.default(ajv)

for (const type of EVENT_TYPES) {
  test(`${type.name}: the example matches its schema, and does not without any one of its columns`, () => {
    const isValid = ajv.compile(schemaOf(type))
    assert.ok(isValid(type.example), JSON.stringify(isValid.errors))
    for (const column of Object.keys(type.example)) {
      const { [column]: _, ...less } = type.example
      assert.equal(isValid(less), false, column)
    }
    for (const [column, narrowed] of Object.entries(type.narrows)) {
      const other = narrowed === 'set' ? null : 'other'
      assert.equal(isValid({ ...type.example, [column]: other }), false, column)
    }
  })

  test(`${type.name}: previous has a schema if and only if the event reports a change`, () => {
    const says = /\.(updated|assigned|stage\.changed|status\.changed)$/.test(type.name)
    const schema = previousSchemaOf(type)
    assert.equal(schema !== undefined, says)
    if (schema === undefined) return
    const isValid = ajv.compile(schema)
    assert.ok(isValid(type.previous), JSON.stringify(isValid.errors))
    assert.equal(isValid({}), false)
  })
}
