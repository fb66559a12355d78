import type { ChatMessage } from './chat-message.ts'
import { escapeWithin } from './chat-text.ts'

/** https://docs.slack.dev/reference/block-kit/blocks */
const MAX_SECTION = 3_000
const MAX_FIELD = 2_000
const MAX_FALLBACK = 4_000

/**
 * A message of Slack's incoming webhooks. Slack reads `<!channel>`, `<@U1>` and links only within angle brackets, which are escaped:
 * what a contact wrote mentions nobody.
 */
export function toSlack({ title, quote, facts, link, event, timestamp }: ChatMessage): object {
  const fallback = quote === undefined ? title : `${title}\n${quote}`
  return {
    text: escapeWithin(fallback, MAX_FALLBACK, escape),
    blocks: [
      section(`*${escapeWithin(bold(title), MAX_SECTION - 2, escape)}*`),
      ...(quote === undefined ? [] : [plainSection(quote)]),
      ...(facts.length === 0
        ? []
        : [
            {
              type: 'section',
              fields: facts.map(({ label, value }) =>
                plain(`${escape(label)}: ${escapeWithin(value, MAX_FIELD - 400, escape)}`),
              ),
            },
          ]),
      ...(link === undefined ? [] : [section(`<${encodeLink(link.url)}|${escape(link.label)}>`)]),
      { type: 'context', elements: [plain(`${escape(event)} · ${escape(timestamp)}`)] },
    ],
    unfurl_links: false,
    unfurl_media: false,
  }
}

const section = (text: string): object => ({
  type: 'section',
  text: { type: 'mrkdwn', text, verbatim: true },
})

const plainSection = (text: string): object => ({
  type: 'section',
  text: plain(escapeWithin(text, MAX_SECTION, escape)),
})

const plain = (text: string): object => ({ type: 'plain_text', text, emoji: false })

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A star inside would end the bold text. */
const bold = (text: string): string => text.replaceAll('*', '∗')

const encodeLink = (url: string): string =>
  url.replaceAll('&', '&amp;').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('|', '%7C')
