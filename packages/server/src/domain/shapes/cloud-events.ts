import { readRecordId } from '../record-id.ts'
import type { ShapedEvent } from './shaped-event.ts'

/** The type of a CloudEvent begins with a reversed domain name, as its specification asks for. */
const TYPE_PREFIX = 'com.connectgain.'

type Attributes = Readonly<Record<string, string>>

/** The context attributes of CloudEvents 1.0.2. A retry or a replay has the same `source` and `id`. */
function attributesOf({ eventId, organizationId, event, body, fullBody }: ShapedEvent): Attributes {
  const subject = readRecordId(fullBody)
  const [, time] = /^\{"event":"(?:[^"\\]|\\.)*","timestamp":"([^"]*)"/.exec(body) ?? []
  return {
    specversion: '1.0',
    id: eventId,
    source: `urn:uuid:${organizationId}`,
    type: TYPE_PREFIX + event,
    ...(time === undefined ? {} : { time }),
    ...(subject === null ? {} : { subject }),
    datacontenttype: 'application/json',
  }
}

/** Structured mode. `data` is the body that a webhook without a format gets, byte for byte. */
export function writeCloudEvent(event: ShapedEvent): { body: string; headers: Record<string, string> } {
  const attributes = JSON.stringify(attributesOf(event))
  return {
    body: `${attributes.slice(0, -1)},"data":${event.body}}`,
    headers: { 'Content-Type': 'application/cloudevents+json' },
  }
}

/** Binary mode: the body is the data, and the attributes are headers. */
export function writeBinaryCloudEvent(event: ShapedEvent): { body: string; headers: Record<string, string> } {
  const { datacontenttype: _, ...attributes } = attributesOf(event)
  const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, percentEncode(value)])
  return { body: event.body, headers: Object.fromEntries(headers) as Record<string, string> }
}

/** As section 3.1.3.2 of the HTTP binding says: all but printable ASCII, and the space, the double quote and the percent sign. */
function percentEncode(value: string): string {
  return value
    .toWellFormed()
    .replaceAll(/[^\x21\x23\x24\x26-\x7e]/gu, (character) =>
      [...new TextEncoder().encode(character)]
        .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
        .join(''),
    )
}
