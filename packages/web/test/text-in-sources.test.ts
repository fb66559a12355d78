import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Visitor, parseSync } from 'vite'
import type { ESTree } from 'vite'
import { readSources } from './harness/sources.ts'

/** Attributes and properties that people read or hear. */
const READ_ALOUD = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'hint',
  'label',
  'placeholder',
  'text',
  'title',
])

/** What is the same in every language. */
const NAMES = /^(?:ConnectGain|cURL|ops@example\.com|p\d\d|POST|Authorization|Bearer …|https?:\/\/\S*)$/

const isText = (value: string): boolean => /\p{L}{2,}/u.test(value) && !NAMES.test(value.trim())

test('the page’s sources contain no text for people: it is in the catalogs', () => {
  const found = readSources().flatMap(({ path, text }) =>
    findText(path, text).map((said) => `${path}: ${said.trim()}`),
  )
  assert.deepEqual(found, [])
})

test('text in an element, an attribute or a condition between them is found', () => {
  const source = `
    const a = <p title="Read me">Some words {isOn ? 'Active' : t.off} <b>{\`\${count} of it\`}</b></p>
    toast('It is done')
  `
  assert.deepEqual(findText('a.tsx', source).toSorted(), [
    ' of it',
    'Active',
    'It is done',
    'Read me',
    'Some words ',
  ])
})

function findText(path: string, source: string): string[] {
  const found: string[] = []
  const note = (value: string): void => {
    if (isText(value)) found.push(value)
  }
  const noteChildren = ({ children }: ESTree.JSXElement | ESTree.JSXFragment): void => {
    for (const child of children) {
      if (child.type === 'JSXText') note(child.value)
      if (child.type === 'JSXExpressionContainer') eachLiteral(child.expression, note)
    }
  }
  const visitor = new Visitor({
    JSXElement: noteChildren,
    JSXFragment: noteChildren,
    JSXAttribute({ name, value }) {
      if (name.type !== 'JSXIdentifier' || !READ_ALOUD.has(name.name)) return
      if (value?.type === 'Literal') note(value.value)
      if (value?.type === 'JSXExpressionContainer') eachLiteral(value.expression, note)
    },
    CallExpression({ callee, arguments: given }) {
      if (callee.type !== 'Identifier' || !['toast', 'useTitle'].includes(callee.name)) return
      for (const each of given) if (each.type !== 'SpreadElement') eachLiteral(each, note)
    },
  })
  visitor.visit(parseSync(path, source).program)
  return found
}

/** Texts that the expression may be: not those that it compares, looks up or passes on. */
function eachLiteral(
  expression: ESTree.Expression | ESTree.JSXEmptyExpression,
  note: (value: string) => void,
): void {
  if (expression.type === 'Literal' && typeof expression.value === 'string') note(expression.value)
  if (expression.type === 'TemplateLiteral')
    for (const { value } of expression.quasis) note(value.cooked ?? '')
  if (expression.type === 'ConditionalExpression') {
    eachLiteral(expression.consequent, note)
    eachLiteral(expression.alternate, note)
  }
  if (expression.type === 'LogicalExpression') eachLiteral(expression.right, note)
}
