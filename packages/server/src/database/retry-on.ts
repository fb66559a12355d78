import { isDatabaseError } from './database.ts'

/** Runs it again, so often at most, while the database refuses it with one of these SQLSTATEs: what was refused is undone. */
export async function retryOn<T>(codes: RegExp, tries: number, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (attempt === tries || !isDatabaseError(error) || !codes.test(error.code)) throw error
    }
  }
}
