import { useMutation, useQueryClient } from '@tanstack/react-query'
import { deleteRows, patchRow } from '../api/client.ts'
import type { Webhook, WholeWebhook } from '../api/types.ts'

/** Writes to a webhook, and refreshes every view of it. */
export function useChangeWebhook({ id }: Pick<Webhook, 'id'>) {
  const refresh = useRefreshWebhooks()
  return useMutation({
    mutationFn: (change: object) => patchRow<WholeWebhook>(`webhook_configurations?id=eq.${id}`, change),
    onSuccess: async () => await refresh(id),
  })
}

export function useDeleteWebhook({ id }: Pick<Webhook, 'id'>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => deleteRows(`webhook_configurations?id=eq.${id}`),
    onSuccess: async () => await client.invalidateQueries({ queryKey: ['webhooks'] }),
  })
}

export function useRefreshWebhooks() {
  const client = useQueryClient()
  return async (id: string): Promise<void> => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ['webhooks'] }),
      client.invalidateQueries({ queryKey: ['webhook', id] }),
      client.invalidateQueries({ queryKey: ['waiting'] }),
      client.invalidateQueries({ queryKey: ['waiting-of', id] }),
      client.invalidateQueries({ queryKey: ['signing-keys'] }),
    ])
  }
}

/** Refreshes counts and lists after something was sent. */
export function useRefreshTraffic() {
  const client = useQueryClient()
  return async (): Promise<void> => {
    const keys = [
      'deliveries',
      'delivery',
      'stats',
      'webhooks',
      'webhook',
      'waiting',
      'waiting-of',
      'redeliveries',
      'syncs',
      'activity',
      'activity-of',
    ]
    await Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] })))
  }
}
