import { TYPE, parse } from '@formatjs/icu-messageformat-parser'
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser'
import { readCatalog } from './catalogs.ts'
import type { Catalog } from './catalogs.ts'

/** Writes the type of a catalog: a string for a message, or a function of its parameters. English decides. */
export function writeMessageTypes(): string {
  return `// Generated from src/messages/en by \`npm run generate\`.

export interface Messages ${writeSection(readCatalog('en'), '')}
`
}

function writeSection(catalog: Catalog, indent: string): string {
  const inside = `${indent}  `
  const lines = Object.entries(catalog).map(([name, each]) => {
    const type = typeof each === 'string' ? writeMessage(each) : writeSection(each, inside)
    return `${inside}readonly ${/^[A-Za-z]\w*$/.test(name) ? name : `'${name}'`}: ${type}\n`
  })
  return `{\n${lines.join('')}${indent}}`
}

function writeMessage(message: string): string {
  const parameters = [...readParameters(message)].map(([name, type]) => `${name}: ${type}`)
  return parameters.length === 0 ? 'string' : `(parameters: { ${parameters.join('; ')} }) => string`
}

/** The parameters of a message with their types. A number is only taken where it is formatted. */
export function readParameters(message: string): Map<string, string> {
  const found = new Map<string, string>()
  collect(parse(message, { ignoreTag: true }), found)
  return found
}

function collect(elements: readonly MessageFormatElement[], found: Map<string, string>): void {
  for (const element of elements) {
    if (element.type === TYPE.literal || element.type === TYPE.pound) continue
    if (element.type === TYPE.tag) throw new Error(`<${element.value}>: messages contain no tags`)
    const isNumber = element.type === TYPE.number || element.type === TYPE.plural
    const isDate = element.type === TYPE.date || element.type === TYPE.time
    const type = isNumber ? 'number' : isDate ? 'Date' : 'string'
    const known = found.get(element.value)
    if (known === undefined || type === 'number') found.set(element.value, type)
    if (element.type !== TYPE.plural && element.type !== TYPE.select) continue
    for (const { value } of Object.values(element.options)) collect(value, found)
  }
}
