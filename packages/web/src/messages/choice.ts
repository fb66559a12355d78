import { BASE } from '../routes/base.ts'
import { showLanguage } from './index.ts'
import type { Language } from './languages.ts'
import { findLanguage } from './languages.ts'

/** What the user chose in the menu: a language, or to follow the link and the browser. */
export type Choice = Language | 'auto'

const CHOSEN = 'language'
/** Tells the server, which then has the script of the language loaded first. */
const COOKIE = 'webhooks_language'
const YEAR_SECONDS = 31_536_000
const LINKED = 'webhooks.locale'

export function readChoice(): Choice {
  return findLanguage([read(() => localStorage.getItem(CHOSEN)) ?? '']) ?? 'auto'
}

/** Of the page that shows this one in a frame; its user has chosen it there. */
let given: Language | undefined

export function giveLanguage(language: Language): void {
  given = language
}

export const isLanguageGiven = (): boolean => given !== undefined

/** The host's language, else the user's choice, else the link's `?locale=`, else the first of the browser's languages that the page speaks. */
export function preferredLanguage(choice: Choice = readChoice()): Language {
  if (given !== undefined) return given
  if (choice !== 'auto') return choice
  return findLanguage([linked ?? '', ...navigator.languages]) ?? 'en'
}

/** Shows the language, and remembers it once it is there. */
export async function chooseLanguage(choice: Choice): Promise<void> {
  await showLanguage(preferredLanguage(choice))
  try {
    if (choice === 'auto') localStorage.removeItem(CHOSEN)
    else localStorage.setItem(CHOSEN, choice)
    const lifetime = choice === 'auto' ? 0 : YEAR_SECONDS
    document.cookie = `${COOKIE}=${choice}; path=${BASE}; max-age=${lifetime}; samesite=lax`
  } catch {
    // Not remembered if the browser has no storage, for example in a frame of another site.
  }
}

/** The language of the link with which the tab was opened, kept while the page moves to other addresses. */
const linked = takeLinkLocale()

function takeLinkLocale(): string | undefined {
  const entries = new URLSearchParams(location.search)
  const locale = entries.get('locale')
  if (locale === null) return read(() => sessionStorage.getItem(LINKED)) ?? undefined
  entries.delete('locale')
  const search = entries.size === 0 ? '' : `?${entries}`
  history.replaceState(history.state, '', location.pathname + search + location.hash)
  try {
    sessionStorage.setItem(LINKED, locale)
  } catch {
    // Kept in memory until the tab is loaded again.
  }
  return locale
}

function read(from: () => string | null): string | null {
  try {
    return from()
  } catch {
    return null
  }
}
