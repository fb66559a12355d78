import type { z } from 'zod'

/** The headings of docs/operations.md under which settings are listed. */
export const GROUPS = [
  'Server',
  'Database',
  'NATS JetStream',
  'Credentials',
  'API and settings page',
  'Sending',
  'Failing endpoints',
  'Retention',
  'Alerts and logs',
] as const

export interface Setting {
  name: string
  group: (typeof GROUPS)[number]
  /** Markdown, as in docs/operations.md. */
  help: string
  /** The text that stands for one that is not set; '' where the schema says what that means. */
  preset: string | { embedded: string; other: string }
  /** The default in the docs, where `preset` does not say it. */
  shownPreset?: string
  /** Set but empty is a value of its own, and not the default. */
  mayBeEmpty?: true
  schema: z.ZodType<unknown, string>
}
