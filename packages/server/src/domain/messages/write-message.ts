import english from './en.json' with { type: 'json' }

export type MessageCode = keyof typeof english

/** The English text of a code, which `readMessage` recognizes again. */
export function writeMessage(
  code: MessageCode,
  params: Readonly<Record<string, string | number>> = {},
): string {
  return english[code].replaceAll(/\{(\w+)(?:, number)?\}/g, (_, name: string) => String(params[name]))
}
