/** What a webhook's body is written as (`webhook_configurations.format`). */
export const FORMATS = [
  'connectgain',
  'cloudevents',
  'cloudevents-binary',
  'slack',
  'teams',
  'discord',
  'google_chat',
  'transform',
] as const
export type Format = (typeof FORMATS)[number]

/** How much of an event it contains (`webhook_configurations.payload`). */
export const PAYLOADS = ['full', 'thin'] as const
export type Payload = (typeof PAYLOADS)[number]

/** Messages for people. They name the record, so none of them can be thin. */
export const CHAT_FORMATS = ['slack', 'teams', 'discord', 'google_chat'] as const satisfies readonly Format[]
export type ChatFormat = (typeof CHAT_FORMATS)[number]
