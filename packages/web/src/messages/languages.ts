/** The languages of the page, by their tag, as their speakers call them. */
export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr', hasCapitalNouns: false },
  de: { name: 'Deutsch', direction: 'ltr', hasCapitalNouns: true },
  es: { name: 'Español', direction: 'ltr', hasCapitalNouns: false },
  'pt-BR': { name: 'Português (Brasil)', direction: 'ltr', hasCapitalNouns: false },
  ar: { name: 'العربية', direction: 'rtl', hasCapitalNouns: false },
} as const

export type Language = keyof typeof LANGUAGES

const TAGS = Object.keys(LANGUAGES) as Language[]

/** The first of the tags that the page speaks, in any regional variety: `de-AT` is German, `pt` is Brazilian Portuguese. */
export function findLanguage(tags: readonly string[]): Language | undefined {
  for (const tag of tags) {
    const wanted = languageOf(tag)
    const known = TAGS.find((each) => languageOf(each) === wanted)
    if (known !== undefined) return known
  }
  return undefined
}

/**
 * The locale to format with: the user's own variety of the language if the browser has one, such as `en-GB`. Always with the
 * digits 0 to 9 and the Gregorian calendar, as response codes, ids and JSON have them.
 */
export function formatLocale(language: Language, tags: readonly string[]): string {
  const own = tags.find((tag) => languageOf(tag) === languageOf(language)) ?? language
  return new Intl.Locale(own, { numberingSystem: 'latn', calendar: 'gregory' }).toString()
}

/** The language of a tag without its region; undefined for an invalid one, which some systems report. */
function languageOf(tag: string): string | undefined {
  try {
    return new Intl.Locale(tag).language
  } catch {
    return undefined
  }
}
