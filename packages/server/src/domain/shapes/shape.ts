import { createLru } from '../lru.ts'
import type { ChatFormat, Format, Payload } from './formats.ts'
import { CHAT_FORMATS, FORMATS } from './formats.ts'

export const isChatFormat = (format: Format): format is ChatFormat =>
  (CHAT_FORMATS as readonly Format[]).includes(format)

/** The longest transform, in bytes of UTF-8. */
export const MAX_TRANSFORM_BYTES = 64 * 1024

/**
 * How the bodies of a webhook are made. A delivery keeps the shape that it was made with, as text (`slack/1`, `transform/7 thin`),
 * so that every attempt sends the same bytes. The default shape, the event as it is, is null and costs nothing.
 */
export interface Shape {
  format: Format
  /** Of a transform: which source. Otherwise: which rendering of the format, so that a later one does not change deliveries. */
  version: number
  payload: Payload
}

/** The current rendering of each format. */
export const RENDERING = 1

const SHAPE = /^([a-z_-]+)(?:\/(\d+))?( thin)?$/
const MAX_CACHED_SHAPES = 1_000
const shapes = createLru<string, Shape>(MAX_CACHED_SHAPES)

/** Completes the shape of a webhook, as `webhooks_internal.targets` has it, for the deliveries that are made now. */
export function pinShape(shape: string | null): string | null {
  if (shape === null || shape.includes('/')) return shape
  return writeShape({ ...parseShape(shape), version: RENDERING })
}

/** As deliveries keep it; null: the default. */
export function writeShape({ format, version, payload }: Shape): string | null {
  if (format === 'connectgain' && payload === 'full') return null
  return `${format}/${version}${payload === 'thin' ? ' thin' : ''}`
}

/** @throws Error when a newer program wrote it */
export function parseShape(text: string): Shape {
  const known = shapes.get(text)
  if (known !== undefined) return known
  const [, name, version, thin] = SHAPE.exec(text) ?? []
  const format = FORMATS.find((one) => one === name)
  if (format === undefined) throw new Error(`the shape ${text} is unknown`)
  const shape: Shape = {
    format,
    version: Number(version ?? RENDERING),
    payload: thin === undefined ? 'full' : 'thin',
  }
  if (format !== 'transform' && shape.version > RENDERING) throw new Error(`the shape ${text} is unknown`)
  shapes.set(text, shape)
  return shape
}
