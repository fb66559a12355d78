import type { Client } from '@connectgain/webhooks-client'
import { z } from 'zod'

/** What an assistant may call. */
export interface Tool {
  name: string
  title: string
  description: string
  input: z.ZodObject
  /** Whether it changes or sends something: only offered with `--write`. */
  isWrite: boolean
  run(api: Client, input: unknown): Promise<object>
}

/** Defines a tool: what it gets has passed its schema. */
export function defineTool<Input extends z.ZodObject>(
  tool: Omit<Tool, 'input' | 'run'> & {
    input: Input
    run(api: Client, input: z.infer<Input>): Promise<object>
  },
): Tool {
  return { ...tool, run: (api, input) => tool.run(api, tool.input.parse(input)) }
}

export const webhookId = z.guid('must be the UUID of a webhook').describe('The id of a webhook')
export const deliveryId = z.guid('must be the UUID of a delivery').describe('The id of a delivery')
export const organizationId = z
  .guid()
  .optional()
  .describe('Only this organization; needed only with the service key')
export const limit = z.int().min(1).max(50).default(20).describe('The maximum number of rows')
