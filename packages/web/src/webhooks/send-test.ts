import { call, getRows } from '../api/client.ts'
import type { Attempt, TestResult } from '../api/types.ts'

export interface Tested {
  result: TestResult
  attempt: Attempt | undefined
}

/** Sends a test and reads its row in the log, the only place with the response headers. */
export async function sendTest(webhookId: string, event?: string, data?: object): Promise<Tested> {
  const result = await call('test_webhook', {
    webhook_id: webhookId,
    ...(event === undefined ? {} : { event }),
    ...(data === undefined ? {} : { data }),
  })
  const [attempt] = await getRows<Attempt>(`webhook_logs?id=eq.${result.log_id}`).catch(() => [])
  return { result, attempt }
}
