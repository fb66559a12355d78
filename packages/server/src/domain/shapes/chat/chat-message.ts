/** What an event says to people, before it is written as one vendor wants it. All texts are plain, and none is empty. */
export interface ChatMessage {
  /** One line. */
  title: string
  /** What somebody wrote; undefined: nothing. */
  quote: string | undefined
  facts: readonly Fact[]
  link: { label: string; url: string } | undefined
  event: string
  /** ISO 8601. */
  timestamp: string
}

export interface Fact {
  label: string
  value: string
}
