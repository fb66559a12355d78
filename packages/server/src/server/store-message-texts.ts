import type { Database } from '../database/database.ts'
import { STORED_TEXTS } from '../domain/messages/server-message.ts'
import { storeMessageTexts as storeMessageTextsStatement } from './sql/statements.generated.ts'

/** Gives the database the texts of this version, so that it finds the codes of those that are stored. */
export async function storeMessageTexts(database: Database): Promise<void> {
  const texts = STORED_TEXTS.map(({ isOfTokenServer, pattern, ...text }, place) => ({
    place,
    ...text,
    // In PostgreSQL, a dot is any character, and brackets take no classes.
    pattern: pattern.replaceAll(String.raw`[\s\S]`, '.'),
    is_of_token_server: isOfTokenServer,
  }))
  await database.query(...storeMessageTextsStatement({ texts: JSON.stringify(texts) }))
}
