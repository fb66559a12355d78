import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { previousSchemaOf } from '../src/domain/event-types/event-schema.ts'
import { EVENT_TYPES, eventNames } from '../src/domain/event-types/event-types.ts'
import { CAPTURE_CASES, inbound } from './harness/capture-cases.ts'
import type { CapturedEvent, CapturingDatabase } from './harness/captured.ts'
import { openCapturing } from './harness/captured.ts'
import { ENGINES } from './harness/databases.ts'

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
formats.default(ajv)

for (const engine of ENGINES) {
  suite(`schemas of captured events (${engine})`, () => {
    let crm: CapturingDatabase
    const schemas = new Map<string, ValidateFunction>()
    const emitted: CapturedEvent[] = []

    before(async () => {
      crm = await openCapturing(engine)
      const { rows } = await crm.database.query<{ name: string; schema: string }>(
        'select name, schema from webhooks.webhook_event_types where not is_custom',
      )
      for (const { name, schema } of rows) schemas.set(name, ajv.compile(JSON.parse(schema) as object))
      emitted.push(
        ...(await crm.eventsOf(async () => {
          for (const { table, row, change } of CAPTURE_CASES) {
            const id = row === undefined ? undefined : await crm.insert(table, row)
            for (const one of [change].flat())
              await (id === undefined ? crm.insert(table, one) : crm.update(table, id, one))
          }
          const broadcast_id = await crm.insert('broadcasts', { name: 'Spring' })
          await crm.insert(
            'messages',
            inbound({ broadcast_id, media: [{ url: 'https://example.com/a.png' }] }),
          )
          await crm.insert('deals', { value: '1234567890123456.78', expected_close_date: '2025-01-31' })
        })),
      )
    })
    after(() => crm.close())

    for (const name of eventNames) {
      test(`captured ${name} events match the schema of their event type`, () => {
        const isValid = schemas.get(name)
        const previous = previousSchemaOf(EVENT_TYPES.find((type) => type.name === name)!)
        const isPrevious = previous === undefined ? undefined : ajv.compile(previous)
        const events = emitted.filter(({ event }) => event === name)
        assert.ok(isValid !== undefined && events.length > 0)
        for (const event of events) {
          assert.ok(isValid(event.data), JSON.stringify(isValid.errors))
          // The insert of a record that has an owner gives no other old values.
          if (isPrevious === undefined) assert.equal(event.previous, null)
          else assert.ok(isPrevious(event.previous), JSON.stringify([event.previous, isPrevious.errors]))
        }
      })
    }
  })
}
