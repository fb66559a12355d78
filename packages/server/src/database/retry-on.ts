import { isDatabaseError } from './database.ts'

/**
 * Runs `run` again, up to `tries` times, while the database rejects it with one of these SQLSTATEs. Rejected work is
 * rolled back.
 */
export async function retryOn<T>(codes: RegExp, tries: number, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (attempt === tries || !isDatabaseError(error) || !codes.test(error.code)) throw error
    }
  }
}
