import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import compile from 'icu-minify/compile'
import type { Plugin } from 'vite'
import { compileServerWords } from './server-words.ts'

const FOLDER = fileURLToPath(new URL('../src/messages/', import.meta.url))
const PREFIX = 'virtual:messages/'
/** The server's own texts, which its mails use too. */
const SERVER_FOLDER = fileURLToPath(new URL('../../server/src/domain/messages/', import.meta.url))

/** Messages in ICU MessageFormat, by section and name. */
export interface Catalog {
  [name: string]: string | Catalog
}

interface Compiled {
  [name: string]: ReturnType<typeof compile> | Compiled
}

/** The page's own texts in a language: all files of its folder, one beside the other. */
export function readCatalog(language: string): Catalog {
  const catalog: Catalog = {}
  for (const file of catalogFiles(language)) {
    for (const [name, each] of Object.entries(readJson(file))) {
      if (Object.hasOwn(catalog, name)) throw new Error(`${file}: another file has "${name}" too`)
      catalog[name] = each
    }
  }
  return catalog
}

/** What the server says, by code. */
export const readServerWords = (language: string): Record<string, string> =>
  readJson(`${SERVER_FOLDER}${language}.json`) as Record<string, string>

const readJson = (file: string): Catalog => JSON.parse(readFileSync(file, 'utf8')) as Catalog

const catalogFiles = (language: string): string[] =>
  readdirSync(FOLDER + language)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => `${FOLDER}${language}/${name}`)

function compileAll(catalog: Catalog): Compiled {
  const entries = Object.entries(catalog).map(([name, each]) => [
    name,
    typeof each === 'string' ? compile(each) : compileAll(each),
  ])
  return Object.fromEntries(entries) as Compiled
}

/** The module of a language. The server speaks English, so English needs no words for it. */
export function writeModule(catalog: Catalog, words: Record<string, string> | undefined): string {
  const compiled = words === undefined ? {} : compileServerWords(words)
  return `export default ${JSON.stringify(compileAll(catalog))}\nexport const words = ${JSON.stringify(compiled)}`
}

/** Compiles `virtual:messages/<language>` from the language's folder, so that the page needs neither a parser nor `eval`. */
export function messages(): Plugin {
  return {
    name: 'messages',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined
      const language = id.slice(PREFIX.length + 1)
      for (const file of readdirSync(FOLDER + language)) this.addWatchFile(`${FOLDER}${language}/${file}`)
      this.addWatchFile(`${SERVER_FOLDER}${language}.json`)
      return writeModule(readCatalog(language), language === 'en' ? undefined : readServerWords(language))
    },
    hotUpdate({ file, server }) {
      if (![FOLDER, SERVER_FOLDER].some((folder) => file.startsWith(folder)) || !file.endsWith('.json'))
        return
      server.moduleGraph.invalidateAll()
      server.ws.send({ type: 'full-reload' })
    },
  }
}
