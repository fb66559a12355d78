import { z } from 'zod'
import { parseTimeOption } from '../client/parse.ts'
import { withoutCodes } from './checkups.ts'
import { defineTool, deliveryId, webhookId } from './tool.ts'
import type { Tool } from './tool.ts'

const retryDelivery = defineTool({
  name: 'retry_delivery',
  title: 'Retry a delivery',
  description: 'Sends a delivery again now, and waits for the outcome. The endpoint gets the event again.',
  input: z.object({ delivery_id: deliveryId }),
  isWrite: true,
  run: async (api, input) => {
    const { codes: _, ...outcome } = await api.deliveries.retry(input.delivery_id)
    return outcome
  },
})

const retryFailed = defineTool({
  name: 'retry_failed',
  title: 'Retry failed deliveries',
  description:
    'Retries all failed deliveries of a webhook in the background. Call it with dry_run first, which only counts them, and let the user confirm the number.',
  input: z.object({
    webhook_id: webhookId,
    since: z.string().optional().describe('A duration such as 2h or 3d, or a time in ISO 8601; default: all'),
    dry_run: z.boolean().default(true).describe('true: only counts'),
  }),
  isWrite: true,
  run: async (api, { webhook_id, since, dry_run }) =>
    await api.webhooks.retryFailed(webhook_id, {
      dry_run,
      ...(since === undefined ? {} : { since: parseTimeOption(since) }),
    }),
})

const checkEndpoint = defineTool({
  name: 'check_endpoint',
  title: 'Check an endpoint',
  description:
    'Sends up to eight test requests to the endpoint of a webhook, within 30 seconds, and tells how it takes them, with advice.',
  input: z.object({ webhook_id: webhookId }),
  isWrite: true,
  run: async (api, { webhook_id }) => {
    const { checked_at, checks } = await api.webhooks.check(webhook_id)
    return { checked_at, checks: withoutCodes(checks) }
  },
})

const testWebhook = defineTool({
  name: 'test_webhook',
  title: 'Send a test',
  description:
    'Sends one test request with example data to the endpoint of a webhook, even if it is disabled, and shows the response.',
  input: z.object({
    webhook_id: webhookId,
    event: z.string().optional().describe('An event type; default: one that the webhook gets'),
  }),
  isWrite: true,
  run: async (api, { webhook_id, event }) => {
    const tested = await api.webhooks.test(webhook_id, event === undefined ? {} : { event })
    const { codes: _, request: __, ...outcome } = tested
    return outcome
  },
})

export const WRITE_TOOLS: readonly Tool[] = [retryDelivery, retryFailed, checkEndpoint, testWebhook]
