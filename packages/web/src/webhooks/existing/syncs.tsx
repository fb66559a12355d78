import { useQuery } from '@tanstack/react-query'
import { syncsQuery } from '../../api/existing.ts'
import type { Webhook } from '../../api/types.ts'
import { useDismissed } from '../dismissed.ts'
import { SyncProgress } from './sync-progress.tsx'

/** Existing records that are on their way to a webhook, and what became of those that were. */
export function Syncs({ webhook }: { webhook: Webhook }) {
  const syncs = useQuery(syncsQuery(webhook.id))
  const { isShown, dismiss } = useDismissed()
  return (syncs.data ?? [])
    .filter(({ id, finished_at: end }) => isShown(id, end))
    .map((sync) => (
      <SyncProgress key={sync.id} webhook={webhook} sync={sync} onDismiss={() => dismiss(sync.id)} />
    ))
}
