let locale = 'en'

export const currentLocale = (): string => locale

const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur'])

export const isRightToLeft = (): boolean => RIGHT_TO_LEFT.has(new Intl.Locale(locale).language)

export function setLocale(tag: string): void {
  locale = tag
}

/** Formatters are costly to make, and each is used over and over. */
function remember<Options extends object, Formatter>(
  make: (tag: string, options?: Options) => Formatter,
): (tag: string | string[], options?: Options) => Formatter {
  const made = new Map<string, Formatter>()
  return (tag, options) => {
    const key = JSON.stringify([tag, options])
    const known = made.get(key) ?? make(String(tag), options)
    made.set(key, known)
    return known
  }
}

export const numberFormat = remember(
  (tag, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(tag, options),
)
export const dateTimeFormat = remember(
  (tag, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, options),
)
export const pluralRules = remember(
  (tag, options?: Intl.PluralRulesOptions) => new Intl.PluralRules(tag, options),
)
export const relativeTimeFormat = remember(
  (tag, options?: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(tag, options),
)
export const listFormat = remember(
  (tag, options?: Intl.ListFormatOptions) => new Intl.ListFormat(tag, options),
)
