const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

interface Level {
  keys: Set<string> | undefined
  key: string
  index: number
}

/**
 * Finds keys that an object of the JSON text has twice, of which `JSON.parse` keeps the last without a word.
 * @param text that `JSON.parse` accepts
 * @returns the paths of the keys
 */
export function findDuplicateKeys(text: string): string[] {
  const found: string[] = []
  const levels: Level[] = []
  let last = ''
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1)
    if (token === '{' || token === '[')
      levels.push({ keys: token === '{' ? new Set() : undefined, key: '', index: 0 })
    else if (token === '}' || token === ']') levels.pop()
    else if (token === ',' && level !== undefined) level.index += 1
    else if (token === ':' && level?.keys !== undefined) {
      level.key = JSON.parse(last) as string
      if (level.keys.has(level.key))
        found.push(levels.map(({ keys, key, index }) => (keys === undefined ? String(index) : key)).join('.'))
      level.keys.add(level.key)
    }
    last = token
  }
  return found
}
