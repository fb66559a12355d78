import type { ChatMessage } from './chat-message.ts'

/** A message of Google Chat's incoming webhooks: a card, of at most 32,000 bytes. Its texts are a subset of HTML, which is escaped. */
export function toGoogleChat({ title, quote, facts, link, event, timestamp }: ChatMessage): object {
  const widgets = [
    ...(quote === undefined ? [] : [{ textParagraph: { text: escape(quote) } }]),
    ...facts.map(({ label, value }) => ({
      decoratedText: { topLabel: escape(label), text: escape(value), wrapText: true },
    })),
    ...(link === undefined
      ? []
      : [{ buttonList: { buttons: [{ text: link.label, onClick: { openLink: { url: link.url } } }] } }]),
    { textParagraph: { text: escape(`${event} · ${timestamp}`) } },
  ]
  return {
    fallbackText: plain(title),
    cardsV2: [{ cardId: 'event', card: { header: { title: plain(title) }, sections: [{ widgets }] } }],
  }
}

/** For texts without markup, in which an escape would be shown. */
const plain = (text: string): string => text.replaceAll('<', '‹').replaceAll('>', '›')

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
