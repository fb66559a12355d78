import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { call } from '../../api/client.ts'
import { existingCountsQuery, syncsQuery } from '../../api/existing.ts'
import type { ExistingCount, ExistingRecord } from '../../api/existing.ts'
import type { Webhook } from '../../api/types.ts'
import { useRefreshTraffic } from '../changes.ts'

export interface ExistingKind extends ExistingCount {
  /** Records of this kind are being sent: it cannot be chosen. */
  isOpen: boolean
  isChosen: boolean
}

/** The kinds of existing records that a webhook can be sent, which of them the user has chosen, and what sends these. */
export function useSendExisting(webhook: Webhook, isWanted: boolean, onSent: () => void) {
  const counts = useQuery({ ...existingCountsQuery(webhook), enabled: isWanted })
  const syncs = useQuery({ ...syncsQuery(webhook.id), enabled: isWanted })
  const [left, setLeft] = useState<readonly ExistingRecord[]>([])
  const refresh = useRefreshTraffic()
  // The same for each try, so that a retried request starts one sync.
  const keys = useRef(new Map<ExistingRecord, string>())
  // A second click comes before React has disabled the button.
  const isStarted = useRef(false)
  const open = (syncs.data ?? []).filter((sync) => sync.finished_at === null).map(({ record }) => record)
  const kinds = (counts.data ?? [])
    .filter(({ matched }) => matched !== 0)
    .map((count): ExistingKind => {
      const isOpen = open.includes(count.record)
      return { ...count, isOpen, isChosen: !isOpen && !left.includes(count.record) }
    })
  const chosen = kinds.filter(({ isChosen }) => isChosen)
  const start = useMutation({
    mutationFn: async () => {
      for (const { record } of chosen) await sendRecords(webhook.id, record, keyOf(keys.current, record))
    },
    onSuccess: onSent,
    onSettled: async () => {
      isStarted.current = false
      await refresh()
    },
  })
  return {
    counts,
    kinds,
    /** Null: some cannot be counted. */
    total: chosen.reduce<number | null>(
      (sum, { matched }) => (sum === null || matched === null ? null : sum + matched),
      0,
    ),
    canStart: chosen.length > 0 && syncs.data !== undefined,
    isStarting: start.isPending,
    error: start.error,
    choose: (record: ExistingRecord, isChosen: boolean): void =>
      setLeft((before) =>
        isChosen
          ? before.filter((each) => each !== record)
          : [...before.filter((each) => each !== record), record],
      ),
    start(): void {
      if (isStarted.current) return
      isStarted.current = true
      start.mutate()
    },
  }
}

const sendRecords = async (webhookId: string, record: ExistingRecord, key: string): Promise<unknown> =>
  await call('send_existing', { webhook_id: webhookId, record }, undefined, { 'idempotency-key': key })

function keyOf(keys: Map<ExistingRecord, string>, record: ExistingRecord): string {
  const key = keys.get(record) ?? crypto.randomUUID()
  keys.set(record, key)
  return key
}
