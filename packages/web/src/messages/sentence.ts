import type { CodedText } from '@connectgain/webhooks-client'
import { formatDateTime } from '../components/format.ts'
import { say } from './server-words.ts'

const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** Turns the API's words into a sentence in the user's language, with times in the user's format. */
export function toSentence(words: string, coded?: CodedText): string {
  const text = say(words, coded).replaceAll(ISO_TIME, formatDateTime)
  const start = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(start) ? start : `${start}.`
}
