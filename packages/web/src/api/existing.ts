import { queryOptions } from '@tanstack/react-query'
import type { ExistingType } from '../../../server/src/domain/event-types/existing-types.ts'
import { EXISTING_TYPES } from '../../../server/src/domain/event-types/existing-types.ts'
import { covers } from '../webhooks/event-names.ts'
import { call, getRows, query } from './client.ts'
import { eq } from './list-paths.ts'
import type { Sync, Webhook } from './types.ts'

const SECOND = 1_000

export type ExistingRecord = Sync['record']

const RECORDS = Object.keys(EXISTING_TYPES) as ExistingRecord[]

/** The events that tell about existing records of a kind. */
export const typesOf = (record: ExistingRecord): readonly ExistingType[] => EXISTING_TYPES[record]

/** The kinds of records that a webhook can be sent: those with an event that it subscribes to. */
export const recordsOf = ({ events }: Pick<Webhook, 'events'>): ExistingRecord[] =>
  RECORDS.filter((record) => typesOf(record).some((type) => events.some((name) => covers(name, type))))

/** The latest syncs of a webhook, also those that have ended. */
export const syncsQuery = (webhookId: string) =>
  queryOptions({
    queryKey: ['syncs', webhookId],
    queryFn: ({ signal }) =>
      getRows<Sync>(
        `webhook_syncs?${query({ webhook_id: eq(webhookId), select: '*,codes', order: 'started_at.desc', limit: '10' })}`,
        signal,
      ),
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => status === 'running') === true ? SECOND : 30 * SECOND,
  })

export interface ExistingCount {
  record: ExistingRecord
  /** Null: too many to count. */
  matched: number | null
}

/** Counts the existing records that a webhook would be sent, by kind. */
export const existingCountsQuery = ({ id, events, filter }: Pick<Webhook, 'id' | 'events' | 'filter'>) =>
  queryOptions({
    queryKey: ['existing-counts', id, events, filter],
    queryFn: async ({ signal }): Promise<ExistingCount[]> => {
      const records = recordsOf({ events })
      const counted = await Promise.allSettled(
        records.map((record) => call('send_existing', { webhook_id: id, record, dry_run: true }, signal)),
      )
      // A CRM may not have all kinds. Only if none can be counted, the reason matters.
      const [failed] = counted.filter((each) => each.status === 'rejected')
      if (failed !== undefined && counted.every((each) => each.status === 'rejected')) throw failed.reason
      return counted.flatMap((each, index) =>
        each.status === 'rejected' ? [] : [{ record: records[index]!, matched: each.value.matched }],
      )
    },
    retry: false,
    staleTime: 30 * SECOND,
  })
