import type { ChatMessage } from './chat-message.ts'
import { escapeWithin } from './chat-text.ts'

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits: 6,000 characters over all parts. */
const MAX_TITLE = 256
const MAX_DESCRIPTION = 2_048
const MAX_NAME = 100
const MAX_VALUE = 240

/** A message of Discord's webhooks. `allowed_mentions` keeps it from pinging anybody, whatever somebody wrote. */
export function toDiscord({ title, quote, facts, link, event, timestamp }: ChatMessage): object {
  return {
    embeds: [
      {
        title: escapeWithin(title, MAX_TITLE, escape),
        ...(quote === undefined ? {} : { description: escapeWithin(quote, MAX_DESCRIPTION, escape) }),
        ...(link === undefined ? {} : { url: link.url }),
        ...(facts.length === 0
          ? {}
          : {
              fields: facts.map(({ label, value }) => ({
                name: escapeWithin(label, MAX_NAME, escape),
                value: escapeWithin(value, MAX_VALUE, escape),
                inline: value.length <= 40,
              })),
            }),
        footer: { text: event },
        ...(Number.isNaN(Date.parse(timestamp)) ? {} : { timestamp: new Date(timestamp).toISOString() }),
      },
    ],
    allowed_mentions: { parse: [] },
  }
}

/** Markdown is shown as it was written, and no `@everyone` or `<@1>` reads as a mention. */
const escape = (text: string): string =>
  text.replaceAll(/[\\*_~`|>#<[\]()-]/g, String.raw`\$&`).replaceAll('@', '@\u200B')
