/** The user's languages, without what no formatter takes: some systems name theirs in their own way. */
export const locale: readonly string[] = navigator.languages.filter((language) => {
  try {
    return Intl.getCanonicalLocales(language).length > 0
  } catch {
    return false
  }
})
