import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StreamedEvent } from './event-message.ts'
import { NotEvents, decodeEvents, encodeEvents } from './event-message.ts'

function eventOf(data: string, previous: string | null = null): StreamedEvent {
  return {
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    organization_id: '01890a5d-ac96-774b-bcce-b302099a8058',
    event: 'message.created',
    data,
    previous,
    timestamp: '2026-01-02 03:04:05.123456+00',
    source: 'api',
    origin: null,
    traceparent: null,
    created_ms: 1_767_323_045_123,
  }
}

describe('a message of events', () => {
  const texts = {
    'white space and newlines': '{\n  "a" :\t1\r\n}\n',
    'a number with more digits than a double has': '{"n":12345678901234567890.12345678901234567890e+10}',
    'text outside of ASCII': '{"t":"Grüße \u{1F600} \u2028 日本"}',
    'escapes that JSON.stringify would write otherwise': '{"t":"\\u0041\\/\\u00e4"}',
    'the same key twice': '{"a":1,"a":2}',
    nothing: '',
    null: 'null',
  }
  for (const [what, text] of Object.entries(texts)) {
    it(`keeps ${what} as it is`, () => {
      const events = [eventOf(text), eventOf('{}', text), eventOf(text, text)]
      assert.deepEqual(decodeEvents(encodeEvents(events)), events)
    })
  }

  it('keeps what heads say, newlines included', () => {
    const event = {
      ...eventOf('{}'),
      event: 'a\n"b"',
      source: '{"x":\n1}',
      origin: 'crm ü',
      traceparent: '00-1-2-01',
    }
    assert.deepEqual(decodeEvents(encodeEvents([event])), [event])
  })

  it('keeps 200 events in their order', () => {
    const events = Array.from({ length: 200 }, (_, at) =>
      eventOf(`{"at":${at}}`, at % 3 === 0 ? null : `${at}`),
    )
    assert.deepEqual(decodeEvents(encodeEvents(events)), events)
  })

  it('can be read from the middle of a buffer', () => {
    const payload = encodeEvents([eventOf('{"a":"ä"}')])
    const larger = Buffer.concat([Buffer.from('before'), payload, Buffer.from('after')])
    assert.deepEqual(decodeEvents(larger.subarray(6, 6 + payload.length)), [eventOf('{"a":"ä"}')])
  })
})

describe('what is no message of events', () => {
  const good = Buffer.from(encodeEvents([eventOf('{"a":1}')]))
  const wrong: Readonly<Record<string, Buffer>> = {
    'an empty payload': Buffer.alloc(0),
    'text without heads': Buffer.from('hello'),
    'heads that are not JSON': Buffer.from('{\n'),
    'another layout': Buffer.from('[2,[]]\n'),
    'no events': Buffer.from('[1,[]]\n'),
    'a head with too few parts': Buffer.from('[1,[["a","b"]]]\n'),
    'a negative length': Buffer.from('[1,[["a","b","c","d","e",null,null,1,-1,null]]]\n'),
    'a payload that is cut off': good.subarray(0, -1),
    'a payload with more behind it': Buffer.concat([good, Buffer.from('x')]),
  }
  for (const [what, payload] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => decodeEvents(payload), NotEvents)
    })
  }
})
