/** An event on its way to a webhook whose bodies have a shape. */
export interface ShapedEvent {
  eventId: string
  organizationId: string
  event: string
  /** The body without the fields that the webhook cuts; thin, if the webhook wants that. */
  body: string
  /** The same, never thin. */
  fullBody: string
}
