import type { CompiledMessage } from 'icu-minify/format'
import { setLocale } from './intl.ts'
import type { Language } from './languages.ts'
import { LANGUAGES, formatLocale } from './languages.ts'
import type { Messages } from './messages.generated.ts'
import { setServerWords } from './server-words.ts'
import type { ServerWords } from './server-words.ts'
import { toText } from './to-text.ts'
import type { Parameters } from './to-text.ts'

export interface CompiledCatalog {
  [name: string]: CompiledMessage | CompiledCatalog
}

/** The page's texts in the language that is shown. Filled by `showLanguage`, so read it where it is rendered, not when a module loads. */
export const t = {} as Messages

let shown: Language = 'en'
const listeners = new Set<() => void>()

export const shownLanguage = (): Language => shown

export const pageDirection = (): 'ltr' | 'rtl' => LANGUAGES[shown].direction

/** Calls the listener after each change of the language; returns a function that ends that. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

interface Module {
  default: CompiledCatalog
  words: ServerWords
}

/** Each is a script of its own, so that the page loads only the one that it shows. */
const CATALOGS: Record<Language, () => Promise<Module>> = {
  en: () => import('virtual:messages/en'),
  de: () => import('virtual:messages/de'),
  es: () => import('virtual:messages/es'),
  'pt-BR': () => import('virtual:messages/pt-BR'),
  ar: () => import('virtual:messages/ar'),
}

/** Loads a language and makes it the one of texts, numbers, dates and the document. */
export async function showLanguage(language: Language): Promise<void> {
  const { default: catalog, words } = await CATALOGS[language]()
  setLocale(formatLocale(language, navigator.languages))
  setServerWords(words)
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

function read(message: CompiledMessage): unknown {
  return typeof message === 'string' ? message : (parameters: Parameters) => toText(message, parameters)
}

/** The text of a section for a name that the server gave, which may be newer than the page. */
export const textFor = (section: object, name: string): string | undefined =>
  Object.hasOwn(section, name) ? (section as Record<string, string>)[name] : undefined

/** A label inside of a phrase: "Response body" becomes "response body", except where nouns are capitalized. */
export function inPhrase(label: string): string {
  if (LANGUAGES[shown].hasCapitalNouns || !/^\p{Lu}\p{Ll}/u.test(label)) return label
  return label.charAt(0).toLocaleLowerCase(shown) + label.slice(1)
}
