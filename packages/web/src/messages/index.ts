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
const listeners = new Set<() => void>()

export const shownLanguage = (): Language => shown

export const pageDirection = (): 'ltr' | 'rtl' => LANGUAGES[shown].direction

export const isRightToLeft = (): boolean => pageDirection() === 'rtl'

/** Calls the listener after each change of the language; returns a function that ends that. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Each is a script of its own, so that the page loads only the one that it shows. */
const CATALOGS: Record<Language, () => Promise<{ default: CompiledCatalog }>> = {
  en: () => import('virtual:messages/en'),
  de: () => import('virtual:messages/de'),
  es: () => import('virtual:messages/es'),
  'pt-BR': () => import('virtual:messages/pt-BR'),
  ar: () => import('virtual:messages/ar'),
}

/** Loads a language and makes it the one of texts, numbers, dates and the document. */
export async function showLanguage(language: Language): Promise<void> {
  const { default: catalog } = await CATALOGS[language]()
  setLocale(formatLocale(language, navigator.languages))
  Object.assign(t, build(catalog))
  shown = language
  document.documentElement.lang = language
  document.documentElement.dir = pageDirection()
  for (const listener of listeners) listener()
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

type Parameters = Readonly<Record<string, string | number | Date>>

/** Names and URLs keep their own direction within a sentence from right to left, and leave that of the sentence alone. */
function isolate(parameters: Parameters): Parameters {
  const entries = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? `\u2068${value}\u2069` : value,
  ])
  return Object.fromEntries(entries) as Parameters
}

function read(message: CompiledMessage): unknown {
  if (typeof message === 'string') return message
  return (parameters: Parameters) =>
    format(message, currentLocale(), isRightToLeft() ? isolate(parameters) : parameters, {
      formatters: FORMATTERS,
    })
}

/** The text of a section for a name that the server gave, which may be newer than the page. */
export const textFor = (section: object, name: string): string | undefined =>
  Object.hasOwn(section, name) ? (section as Record<string, string>)[name] : undefined

/** A label inside of a phrase: "Response body" becomes "response body", except where nouns are capitalized. */
export function inPhrase(label: string): string {
  if (LANGUAGES[shown].hasCapitalNouns || !/^\p{Lu}\p{Ll}/u.test(label)) return label
  return label.charAt(0).toLocaleLowerCase(shown) + label.slice(1)
}
