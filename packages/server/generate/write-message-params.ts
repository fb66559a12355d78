import english from '../src/domain/messages/en.json' with { type: 'json' }
import { toPattern } from '../src/domain/messages/pattern.ts'

/** messages.generated.ts: the codes of what the server says, with the types of their parameters; null: it has none. */
export function writeMessageParams(): string {
  const lines = Object.entries(english).map(([code, message]) => `  '${code}': ${writeParams(message)}`)
  return `// Written by \`npm run generate\` from en.json.\n\nexport interface MessageParams {\n${lines.join('\n')}\n}\n`
}

function writeParams(message: string): string {
  const types = toPattern(message).parameters.map((name) =>
    name.startsWith('#') ? `${name.slice(1)}: number` : `${name}: string`,
  )
  return types.length === 0 ? 'null' : `{ ${[...new Set(types)].join('; ')} }`
}
