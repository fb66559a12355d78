import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { EVENT_TYPES } from '../src/domain/event-types/event-types.ts'
import { describeEvent } from '../src/domain/shapes/chat/describe-event.ts'
import { writeChatMessage } from '../src/domain/shapes/chat/write-chat-message.ts'
import { CHATS } from './harness/chat-formats.ts'

const TIMESTAMP = '2025-01-15T10:30:00.000Z'
const bodyOf = (event: string, data: object, previous?: object): string =>
  JSON.stringify({ event, timestamp: TIMESTAMP, data, previous })

/** Column names of all records, so that generated texts land where messages quote them. */
const COLUMNS = [...new Set(EVENT_TYPES.flatMap(({ example }) => Object.keys(example)))]
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.constantFrom(
    '<!channel>',
    '@everyone',
    '<users/all>',
    '{{TIME(x)}}',
    '\\@here',
    '&lt;',
    '\0',
    '\ud83d',
    '*_~`|',
  ),
  fc.constantFrom('x', '&', '*', '😀', '<').map((unit) => unit.repeat(20_000)),
)
const value = fc.oneof(
  hostile,
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(hostile, { maxLength: 3 }),
)

for (const { format, schema, textsOf, reads } of CHATS) {
  suite(`messages for ${format}`, () => {
    const check = (body: string): string => {
      const message: unknown = JSON.parse(writeChatMessage(body, format))
      schema.parse(message)
      const said = textsOf(message).join('\n')
      assert.doesNotMatch(said, reads)
      return said
    }

    for (const { name, example, previous } of EVENT_TYPES) {
      test(`${name} becomes a message in the published form`, () => {
        assert.match(check(bodyOf(name, example, previous)).replaceAll('\\', ''), new RegExp(name))
      })
    }

    test('an event type of the CRM’s own says its name and its simple fields', () => {
      const said = check(bodyOf('invoice.paid', { id: 'i-1', amount: 129.5, paid_by: 'Ada', lines: [{}] }))
      for (const part of ['invoice.paid', 'Amount', '129.5', 'Paid by', 'Ada'])
        assert.ok(said.replaceAll('\\', '').includes(part), part)
    })

    test('whatever somebody wrote, a message has the published form and reads as text', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...EVENT_TYPES.map(({ name }) => name), 'own.type'),
          fc.dictionary(fc.constantFrom(...COLUMNS), value),
          fc.dictionary(fc.constantFrom(...COLUMNS), value),
          (event, data, previous) => void check(bodyOf(event, data, previous)),
        ),
        { numRuns: 150 },
      )
    })
  })
}

test('a message lists what changed, and leaves out ids and times', () => {
  const { title, facts } = describeEvent(
    bodyOf(
      'contact.updated',
      {
        id: 'c-1',
        first_name: 'Ada',
        last_name: 'Lovelace',
        company: 'Example Ltd',
        updated_at: 'b',
        owner_id: 'x',
      },
      { company: null, updated_at: 'a', owner_id: 'y' },
    ),
  )
  assert.equal(title, 'Contact updated: Ada Lovelace')
  assert.deepEqual(facts, [{ label: 'Company', value: '(none) → Example Ltd' }])
})

test('a message quotes what a contact wrote and names the attachments', () => {
  const { title, quote, facts } = describeEvent(
    bodyOf('message.received', {
      body: 'Is it valid?\nYes',
      type: 'text',
      media: [{ filename: 'a.pdf' }, {}],
    }),
  )
  assert.deepEqual([title, quote], ['Message received', 'Is it valid?\nYes'])
  assert.deepEqual(facts, [
    { label: 'Type', value: 'text' },
    { label: 'Attachments', value: 'a.pdf, a file' },
  ])
})

test('a message of a finished recording links to it, and never to anything but https', () => {
  const linkOf = (url: unknown): unknown =>
    describeEvent(bodyOf('zoom.recording.completed', { share_url: url })).link
  assert.deepEqual(linkOf('https://zoom.example.com/a'), {
    label: 'Open recording',
    url: 'https://zoom.example.com/a',
  })
  for (const url of ['javascript:alert(1)', 'http://zoom.example.com/', 'no url', 7, null])
    assert.equal(linkOf(url), undefined)
})

test('fields that a webhook cuts are left out of its messages', () => {
  const { title, facts } = describeEvent(bodyOf('contact.created', { id: 'c-1', company: 'Example Ltd' }))
  assert.equal(title, 'New contact: Example Ltd')
  assert.deepEqual(facts, [{ label: 'Company', value: 'Example Ltd' }])
})
