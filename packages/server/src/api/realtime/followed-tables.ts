/** Where changes of a table are found. */
export type ChangeSource =
  /** New rows are read again and again while a client follows them. */
  | 'tail'
  /** A trigger announces changes: core/032_realtime.sql has the list. */
  | 'announced'

export type ChangeType = 'INSERT' | 'UPDATE' | 'DELETE'

interface FollowedTable {
  source: ChangeSource
  types: readonly ChangeType[]
}

const ALL: readonly ChangeType[] = ['INSERT', 'UPDATE', 'DELETE']
const announced: FollowedTable = { source: 'announced', types: ALL }

/** The tables of the API whose changes clients can follow. The tables that each event writes must not get a trigger. */
export const FOLLOWED_TABLES: ReadonlyMap<string, FollowedTable> = new Map<string, FollowedTable>([
  ['webhook_logs', { source: 'tail', types: ['INSERT'] }],
  ['webhook_deliveries', { source: 'tail', types: ['INSERT', 'UPDATE'] }],
  ['webhook_events', { source: 'tail', types: ['INSERT'] }],
  ['webhook_configurations', announced],
  ['webhook_event_types', announced],
  ['webhook_redeliveries', announced],
  ['webhook_erasures', announced],
  ['webhook_alerts', announced],
  ['webhook_alert_recipients', announced],
  ['webhook_inboxes', announced],
  ['api_keys', announced],
])
