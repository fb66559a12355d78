import type { CompiledMessage } from 'icu-minify/format'
import format from 'icu-minify/format'
import { currentLocale, dateTimeFormat, numberFormat, pluralRules, setLocale } from './intl.ts'
import type { Language } from './languages.ts'
import { LANGUAGES, formatLocale } from './languages.ts'
import type { Messages } from './messages.generated.ts'

export interface CompiledCatalog {
  [name: string]: CompiledMessage | CompiledCatalog
}

/** The page's texts in the language that is shown. Filled by `showLanguage`, so read it where it is rendered, not when a module loads. */
export const t = {} as Messages

let shown: Language = 'en'

export const shownLanguage = (): Language => shown

/** Each is a script of its own, so that the page loads only the one that it shows. */
const CATALOGS: Record<Language, () => Promise<{ default: CompiledCatalog }>> = {
  en: () => import('virtual:messages/en'),
}

/** Loads a language and makes it the one of texts, numbers, dates and the document. */
export async function showLanguage(language: Language): Promise<void> {
  const { default: catalog } = await CATALOGS[language]()
  setLocale(formatLocale(language, navigator.languages))
  Object.assign(t, build(catalog))
  shown = language
  document.documentElement.lang = language
  document.documentElement.dir = LANGUAGES[language].direction
}

function build(catalog: CompiledCatalog): object {
  const entries = Object.entries(catalog).map(([name, each]) => [
    name,
    isMessage(each) ? read(each) : build(each),
  ])
  return Object.fromEntries(entries) as object
}

const isMessage = (each: CompiledMessage | CompiledCatalog): each is CompiledMessage =>
  typeof each === 'string' || Array.isArray(each)

const FORMATTERS = {
  getNumberFormat: numberFormat,
  getDateTimeFormat: dateTimeFormat,
  getPluralRules: pluralRules,
}

function read(message: CompiledMessage): unknown {
  if (typeof message === 'string') return message
  return (parameters: Parameters<typeof format<string>>[2]) =>
    format(message, currentLocale(), parameters, { formatters: FORMATTERS })
}

/** The text of a section for a name that the server gave, which may be newer than the page. */
export const textFor = (section: object, name: string): string | undefined =>
  Object.hasOwn(section, name) ? (section as Record<string, string>)[name] : undefined

/** A label inside of a phrase: "Response body" becomes "response body", except where nouns are capitalized. */
export function inPhrase(label: string): string {
  if (LANGUAGES[shown].hasCapitalNouns || !/^\p{Lu}\p{Ll}/u.test(label)) return label
  return label.charAt(0).toLocaleLowerCase(shown) + label.slice(1)
}
