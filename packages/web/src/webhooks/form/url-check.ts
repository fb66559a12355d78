export type UrlCheck = 'empty' | 'unfinished' | 'notHttps' | 'plainHttp' | 'credentials' | 'fragment' | 'fine'

/** Checks a URL while it is typed; the API has the final say. */
export function checkUrl(text: string): UrlCheck {
  const trimmed = text.trim()
  if (trimmed === '') return 'empty'
  if ('https://'.startsWith(trimmed.toLowerCase())) return 'unfinished'
  let url: URL
  try {
    url = new URL(trimmed)
  } catch {
    return /^https?:/i.test(trimmed) ? 'unfinished' : 'notHttps'
  }
  if (url.protocol === 'http:') return 'plainHttp'
  if (url.protocol !== 'https:') return 'notHttps'
  if (url.username !== '' || url.password !== '') return 'credentials'
  if (url.hash !== '') return 'fragment'
  return url.hostname.includes('.') || url.hostname === 'localhost' ? 'fine' : 'unfinished'
}

/** Suggests a name. */
export function suggestName(text: string): string | undefined {
  try {
    return new URL(text.trim()).hostname || undefined
  } catch {
    return undefined
  }
}
