import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite'

/** The script that shows the list. The first script imports it, so that browsers would only find it there. */
const MAIN = 'src/main.tsx'

const LANGUAGE = /^\0virtual:messages\/(.+)$/

/**
 * Names the main script and its styles in the page, so that browsers load them together with the first script, and lists the
 * scripts of the languages for the server, which adds that of a request.
 */
export function firstLoad(): Plugin {
  let base = '/'
  return {
    name: 'first-load',
    apply: 'build',
    configResolved(config) {
      base = config.base
    },
    generateBundle(_options, bundle) {
      const scripts = listAll(bundle).flatMap(({ fileName, moduleIds }) =>
        moduleIds.flatMap((id) => (LANGUAGE.exec(id)?.slice(1, 2) ?? []).map((tag) => [tag, fileName])),
      )
      if (scripts.length === 0) throw new Error('no script of a language is built')
      const source = JSON.stringify(Object.fromEntries(scripts))
      this.emitFile({ type: 'asset', fileName: 'languages.json', source })
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const chunks = listChunks(bundle)
        const scripts = chunks.map(({ fileName }) => fileName)
        const styles = chunks.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])])
        const missing = (names: string[]): string[] =>
          [...new Set(names)].filter((name) => !html.includes(name))
        return [
          ...missing(scripts).map((name) => link('modulepreload', base + name)),
          ...missing(styles).map((name) => link('stylesheet', base + name)),
        ]
      },
    },
  }
}

const link = (rel: string, href: string): HtmlTagDescriptor => ({
  tag: 'link',
  attrs: { rel, crossorigin: true, href },
  injectTo: 'head',
})

const listAll = (bundle: Rolldown.OutputBundle): Rolldown.OutputChunk[] =>
  Object.values(bundle).filter((file) => file.type === 'chunk')

/** The main script and what it imports. */
function listChunks(bundle: Rolldown.OutputBundle): Rolldown.OutputChunk[] {
  const all = listAll(bundle)
  const found = new Set(all.filter(({ moduleIds }) => moduleIds.some((id) => id.endsWith(MAIN))))
  if (found.size === 0) throw new Error(`no script is built from ${MAIN}`)
  for (const chunk of found) {
    for (const name of chunk.imports) {
      const imported = all.find(({ fileName }) => fileName === name)
      if (imported !== undefined) found.add(imported)
    }
  }
  return [...found]
}
