/** An event of a webhook with the payload `thin`: fetch the rest by the record's id. */
export interface ThinWebhookEvent<Name extends string = string> {
  event: Name
  /** When the event happened. */
  timestamp: string
  /** `id` is missing if the record has none. */
  data: { id?: string | number }
  /** The names of the fields that changed, where the whole event has `previous`. */
  changed?: string[]
}
