/** The languages that the program speaks: those of the settings page. */
export const LOCALES = ['en', 'de', 'es', 'pt-BR', 'ar'] as const
export type Locale = (typeof LOCALES)[number]

export const isLocale = (tag: string): tag is Locale => (LOCALES as readonly string[]).includes(tag)

/** With the digits 0 to 9 and the Gregorian calendar, as response codes, ids and JSON have them. */
export const formatLocale = (locale: Locale): string =>
  `${locale === 'en' ? 'en-US' : locale}-u-ca-gregory-nu-latn`

export const isRightToLeft = (locale: Locale): boolean => locale === 'ar'
