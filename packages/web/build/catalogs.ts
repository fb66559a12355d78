import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import compile from 'icu-minify/compile'
import type { Plugin } from 'vite'

const FOLDER = fileURLToPath(new URL('../src/messages/', import.meta.url))
const PREFIX = 'virtual:messages/'

/** Messages in ICU MessageFormat, by section and name. */
export interface Catalog {
  [name: string]: string | Catalog
}

interface Compiled {
  [name: string]: ReturnType<typeof compile> | Compiled
}

/** The catalog of a language: all files of its folder, one beside the other. */
export function readCatalog(language: string): Catalog {
  const catalog: Catalog = {}
  for (const file of catalogFiles(language)) {
    for (const [name, each] of Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Catalog)) {
      if (Object.hasOwn(catalog, name)) throw new Error(`${file}: another file has "${name}" too`)
      catalog[name] = each
    }
  }
  return catalog
}

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

/** Compiles `virtual:messages/<language>` from the language's folder, so that the page needs neither a parser nor `eval`. */
export function messages(): Plugin {
  return {
    name: 'messages',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined
      const language = id.slice(PREFIX.length + 1)
      for (const file of catalogFiles(language)) this.addWatchFile(file)
      return `export default ${JSON.stringify(compileAll(readCatalog(language)))}`
    },
    hotUpdate({ file, server }) {
      if (!file.startsWith(FOLDER) || !file.endsWith('.json')) return
      server.moduleGraph.invalidateAll()
      server.ws.send({ type: 'full-reload' })
    },
  }
}
