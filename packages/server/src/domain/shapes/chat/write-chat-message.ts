import type { ChatFormat } from '../formats.ts'
import type { ChatMessage } from './chat-message.ts'
import { describeEvent } from './describe-event.ts'
import { toDiscord } from './discord.ts'
import { toGoogleChat } from './google-chat.ts'
import { toSlack } from './slack.ts'
import { toTeams } from './teams.ts'

const WRITERS: Readonly<Record<ChatFormat, (message: ChatMessage) => object>> = {
  slack: toSlack,
  teams: toTeams,
  discord: toDiscord,
  google_chat: toGoogleChat,
}

/** Returns the body that a chat's incoming webhook takes, as JSON text. */
export function writeChatMessage(eventBody: string, format: ChatFormat): string {
  return JSON.stringify(WRITERS[format](describeEvent(eventBody)))
}
