/** What the CRM calls something, and what events call it. Keys are compared without case, `_`, `-` and blanks. */
export type Vocabulary = Readonly<Record<string, readonly RegExp[]>>

export const DIRECTIONS: Vocabulary = {
  inbound: [
    /^(in|inbound|incoming|received?|receive|from(customer|contact|client|user|visitor|lead)|customer|contact|client|visitor|lead|guest|prospect|enduser|patient|requester)$/,
  ],
  outbound: [
    /^(out|outbound|outgoing|sent|send|to(customer|contact|client|user)|agent|user|staff|operator|employee|admin|member|teammember|bot|agentbot|assistant|business|company|support|rep)$/,
  ],
}

export const MESSAGE_STATUSES: Vocabulary = {
  sent: [/^(sent|send|dispatched|submitted|accepted|ok|success)$/],
  delivered: [/^(delivered|delivery|done|arrived)$/],
  read: [/^(read|seen|opened|viewed)$/],
  failed: [/^(failed|failure|fail|error|errored|undelivered|undeliverable|bounced?|rejected)$/],
  received: [/^(received|incoming)$/],
}

export const CONVERSATION_STATUSES: Vocabulary = {
  open: [/^(open|opened|new|active)$/],
  pending: [/^(pending.*|onhold|waiting)$/],
  resolved: [/^(resolved|solved)$/],
  closed: [/^closed$/],
}

export const PRIORITIES: Vocabulary = {
  low: [/^(low|lowest)$/],
  normal: [/^(normal|medium|notpriority|default)$/],
  high: [/^(high|priority)$/],
  urgent: [/^(urgent|highest|critical)$/],
}

/** Words of messages that customers never see. */
export const NOTES =
  /^(note|notes|internalnote|privatenote|internal|private|whisper|comment_internal|activity|system|event|log|notification|usernotification)$/
/** Words of messages between people. */
export const UTTERANCES = /^(reply|message|public|publicreply|incoming|outgoing|inbound|outbound)$/

export const plainWord = (value: string): string => value.toLowerCase().replaceAll(/[\s_-]+/g, '')

export const translate = (value: string, vocabulary: Vocabulary): string | undefined =>
  Object.entries(vocabulary).find(([, patterns]) =>
    patterns.some((pattern) => pattern.test(plainWord(value))),
  )?.[0]

/** Translations of values that differ from what events have. */
export function translations(values: readonly string[], vocabulary: Vocabulary): Record<string, string> {
  const pairs = values.flatMap((value): [string, string][] => {
    const ours = translate(value, vocabulary)
    return ours === undefined || ours === value ? [] : [[value, ours]]
  })
  return Object.fromEntries(pairs)
}

/** Values that are usual, written as the known ones are: others may come. */
export function inSameCase(values: readonly string[], usual: readonly string[]): string[] {
  const write = (is: (value: string) => string): string[] | undefined =>
    values.length > 0 && values.every((value) => value === is(value)) ? usual.map(is) : undefined
  const capital = (value: string): string => value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase()
  return [...new Set([...values, ...(write((value) => value.toUpperCase()) ?? write(capital) ?? [])])]
}
