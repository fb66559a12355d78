import type { Tables } from '@connectgain/webhooks-client'
import { Option } from 'commander'
import type { Command } from 'commander'
import type { Format, Payload } from '../../domain/shapes/formats.ts'
import { FORMATS, PAYLOADS } from '../../domain/shapes/formats.ts'
import { readText } from './auth-options.ts'

/** How a webhook's bodies are made, as options say it. */
export interface ShapeFlags {
  format?: Format
  payload?: Payload
  transform?: string
}

export function withShape(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'what bodies are written as').choices(FORMATS))
    .addOption(
      new Option(
        '--payload <payload>',
        'full: the record; thin: its id and the names of changed fields',
      ).choices(PAYLOADS),
    )
    .option('--transform <file>', 'JavaScript that makes the bodies, with the format transform', readText)
}

/** A transform without a format is meant to be used. */
export function readShape({ format, payload, transform }: ShapeFlags): Shape {
  const chosen = format ?? (transform === undefined ? undefined : 'transform')
  return {
    ...(chosen === undefined ? {} : { format: chosen }),
    ...(payload === undefined ? {} : { payload }),
    ...(transform === undefined ? {} : { transform }),
  }
}

type Shape = Pick<Tables['webhook_configurations']['update'], 'format' | 'payload' | 'transform'>
