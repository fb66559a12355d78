import { apiKeyRules } from './api-keys.ts'
import { alertRecipientRules } from './webhook-alert-recipients.ts'
import { webhookConfigurationRules } from './webhook-configurations.ts'
import { webhookEventTypeRules } from './webhook-event-types.ts'
import { webhookEventRules } from './webhook-events.ts'
import { webhookInboxRules } from './webhook-inboxes.ts'
import { webhookSourceRules } from './webhook-sources.ts'
import { webhookSyncRules } from './webhook-syncs.ts'

type Configurations = Parameters<typeof webhookConfigurationRules>

/** Creates the API's rules for each table, beyond what the catalog defines. */
export function createTableRules(
  box: Configurations[0],
  guard: Configurations[1],
  inboxes: Configurations[2],
  clock: Configurations[3],
) {
  return {
    webhook_configurations: webhookConfigurationRules(box, guard, inboxes, clock),
    webhook_events: webhookEventRules,
    webhook_alert_recipients: alertRecipientRules,
    webhook_inboxes: webhookInboxRules(inboxes),
    webhook_event_types: webhookEventTypeRules,
    webhook_sources: webhookSourceRules(box),
    webhook_syncs: webhookSyncRules,
    api_keys: apiKeyRules,
  }
}
