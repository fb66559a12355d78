/** The user's languages, without invalid tags, which some systems report. */
export const locale: readonly string[] = navigator.languages.filter((language) => {
  try {
    return Intl.getCanonicalLocales(language).length > 0
  } catch {
    return false
  }
})
