import { z } from 'zod'

/** What the vendors publish about the messages that their incoming webhooks take, as far as a message of ours could break it. */
interface Chat {
  format: 'slack' | 'teams' | 'discord' | 'google_chat'
  schema: z.ZodType
  /** Every text that is shown. */
  textsOf(message: unknown): string[]
  /** What it would read as more than text. */
  reads: RegExp
}

/** https://docs.slack.dev/reference/block-kit */
const slackPlain = (longest: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(longest),
    emoji: z.boolean(),
  })
const slackMarkdown = (longest: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(longest),
    verbatim: z.boolean().optional(),
  })
const slackText = (longest: number) =>
  z.discriminatedUnion('type', [slackPlain(longest), slackMarkdown(longest)])

const slackBlock = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('section'),
      text: slackText(3_000).optional(),
      fields: z.array(slackText(2_000)).min(1).max(10).optional(),
    })
    .refine(({ text, fields }) => text !== undefined || fields !== undefined),
  z.strictObject({ type: z.literal('context'), elements: z.array(slackText(2_000)).min(1).max(10) }),
])

const slack = z.strictObject({
  text: z.string().min(1).max(4_000),
  blocks: z.array(slackBlock).min(1).max(50),
  unfurl_links: z.boolean(),
  unfurl_media: z.boolean(),
})

/** https://adaptivecards.io/schemas/adaptive-card.json, version 1.4; a message may have 28 KB. */
const teamsRun = z.strictObject({
  type: z.literal('TextRun'),
  text: z.string().min(1),
  weight: z.enum(['Lighter', 'Default', 'Bolder']).optional(),
  size: z.enum(['Small', 'Default', 'Medium', 'Large', 'ExtraLarge']).optional(),
  isSubtle: z.boolean().optional(),
})
const teams = z
  .strictObject({
    type: z.literal('message'),
    attachments: z
      .array(
        z.strictObject({
          contentType: z.literal('application/vnd.microsoft.card.adaptive'),
          contentUrl: z.null(),
          content: z.strictObject({
            $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
            type: z.literal('AdaptiveCard'),
            version: z.literal('1.4'),
            body: z
              .array(
                z.strictObject({
                  type: z.literal('RichTextBlock'),
                  spacing: z.enum(['None', 'Small', 'Default', 'Medium', 'Large']).optional(),
                  inlines: z.array(teamsRun).min(1),
                }),
              )
              .min(1),
            actions: z
              .array(
                z.strictObject({
                  type: z.literal('Action.OpenUrl'),
                  title: z.string().min(1),
                  url: z.url(),
                }),
              )
              .max(6)
              .optional(),
          }),
        }),
      )
      .length(1),
  })
  .refine((message) => Buffer.byteLength(JSON.stringify(message)) <= 28 * 1024)

/** https://docs.discord.com/developers/resources/message#embed-object */
const embed = z
  .strictObject({
    title: z.string().min(1).max(256),
    description: z.string().min(1).max(4_096).optional(),
    url: z.url().optional(),
    fields: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(256),
          value: z.string().min(1).max(1_024),
          inline: z.boolean().optional(),
        }),
      )
      .max(25)
      .optional(),
    footer: z.strictObject({ text: z.string().max(2_048) }),
    timestamp: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(({ title, description = '', fields = [], footer }) => {
    const texts = [title, description, footer.text, ...fields.flatMap(({ name, value }) => [name, value])]
    return texts.join('').length <= 6_000
  })
const discord = z.strictObject({
  embeds: z.array(embed).min(1).max(10),
  allowed_mentions: z.strictObject({ parse: z.array(z.never()) }),
})

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/cards; a message may have 32,000 bytes. */
const googleWidget = z.union([
  z.strictObject({ textParagraph: z.strictObject({ text: z.string().min(1) }) }),
  z.strictObject({
    decoratedText: z.strictObject({
      topLabel: z.string(),
      text: z.string().min(1),
      wrapText: z.boolean(),
    }),
  }),
  z.strictObject({
    buttonList: z.strictObject({
      buttons: z.array(
        z.strictObject({
          text: z.string().min(1),
          onClick: z.strictObject({ openLink: z.strictObject({ url: z.url() }) }),
        }),
      ),
    }),
  }),
])
const googleChat = z
  .strictObject({
    fallbackText: z.string().min(1),
    cardsV2: z
      .array(
        z.strictObject({
          cardId: z.string().min(1),
          card: z.strictObject({
            header: z.strictObject({ title: z.string().min(1) }),
            sections: z.array(z.strictObject({ widgets: z.array(googleWidget).min(1).max(100) })).min(1),
          }),
        }),
      )
      .min(1),
  })
  .refine((message) => Buffer.byteLength(JSON.stringify(message)) <= 32_000)

/** All strings inside. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}

export const CHATS: readonly Chat[] = [
  { format: 'slack', schema: slack, textsOf: stringsOf, reads: /<(?!https:)/ },
  { format: 'teams', schema: teams, textsOf: stringsOf, reads: /\{\{/ },
  { format: 'discord', schema: discord, textsOf: stringsOf, reads: /@(?!\u200b)|(?<!\\)[<*_~`|]/ },
  { format: 'google_chat', schema: googleChat, textsOf: stringsOf, reads: /[<>]/ },
]
