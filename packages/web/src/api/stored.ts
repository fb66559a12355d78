/** What this tab remembers; null also if the browser has no storage, for example in a frame of another site. */
export function readStored(key: string): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}
