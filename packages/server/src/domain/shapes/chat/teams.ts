import type { ChatMessage } from './chat-message.ts'

/**
 * A message of a Teams workflow (“When a Teams webhook request is received”): an Adaptive Card, of at most 28 KB. Texts are runs of
 * a RichTextBlock, which knows neither Markdown nor mentions, so that what somebody wrote is shown as it is.
 */
export function toTeams({ title, quote, facts, link, event, timestamp }: ChatMessage): object {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            block([{ text: title, weight: 'Bolder', size: 'Medium' }]),
            ...(quote === undefined ? [] : [block([{ text: quote }])]),
            ...facts.map(({ label, value }) =>
              block([{ text: `${label}: `, weight: 'Bolder' }, { text: value }], 'Small'),
            ),
            block([{ text: `${event} · ${timestamp}`, isSubtle: true, size: 'Small' }]),
          ],
          ...(link === undefined
            ? {}
            : { actions: [{ type: 'Action.OpenUrl', title: link.label, url: link.url }] }),
        },
      },
    ],
  }
}

interface Run {
  text: string
  weight?: 'Bolder'
  size?: 'Medium' | 'Small'
  isSubtle?: true
}

const block = (runs: readonly Run[], spacing?: 'Small'): object => ({
  type: 'RichTextBlock',
  ...(spacing === undefined ? {} : { spacing }),
  inlines: runs.map(({ text, ...looks }) => ({ type: 'TextRun', text: withoutDates(text), ...looks })),
})

/** `{{DATE(…)}}` would be replaced by a date. */
const withoutDates = (text: string): string => text.replaceAll('{{', '{\u200B{')
