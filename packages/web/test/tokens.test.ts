import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const SOURCES = new URL('../src/', import.meta.url)
const TOKENS = 'styles/tokens.css'

interface Declaration {
  place: string
  property: string
  value: string
}

const readSource = (path: string): string =>
  readFileSync(new URL(path, SOURCES), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '')

const listFiles = (pattern: string): string[] => globSync(pattern, { cwd: SOURCES.pathname }).sort()

function listDeclarations(path: string): Declaration[] {
  return [...readSource(path).matchAll(/(?<=[{;]\s*)([a-z-]+):\s*([^;{}]+);/g)].map(
    ([, property = '', value = '']) => ({ place: `${path}: ${property}: ${value}`, property, value }),
  )
}

const declarations = listFiles('**/*.css')
  .filter((path) => path !== TOKENS)
  .flatMap(listDeclarations)

/** The declarations of the properties whose value is not made of what is allowed. */
function strays(properties: RegExp, isAllowed: (value: string) => boolean): string[] {
  return declarations
    .filter(({ property, value }) => properties.test(property) && !isAllowed(value))
    .map(({ place }) => place)
}

const tokens = new Map(
  [...readSource(TOKENS).matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]),
)

test('text has only sizes of the type scale', () => {
  const isOnScale = (value: string): boolean =>
    /^(inherit|(.*\s)?(var\(--(text-\w+|field-text)\)|100%)( \/.*|\))?.*)$/.test(value)
  assert.ok(declarations.length > 500)
  assert.deepEqual(
    strays(/^(font-size|font)$/, (value) => isOnScale(value)),
    [],
  )
})

test('the type scale goes from 12 to 28 pixels', () => {
  const pixels = [...tokens]
    .filter(([name]) => name.startsWith('--text-'))
    .map(([, size]) => Number.parseFloat(size) * 16)
  assert.deepEqual([Math.min(...pixels), Math.max(...pixels)], [12, 28])
  assert.deepEqual(
    pixels,
    pixels.toSorted((a, b) => a - b),
  )
})

test('space has only sizes of the spacing scale', () => {
  // One pixel covers a border; the rest of a calculation are tokens.
  const isOnScale = (value: string): boolean =>
    value
      .replaceAll(/var\(--[\w-]+\)|calc|[()+*-]/g, ' ')
      .split(/\s+/)
      .every((part) => /^(|0|auto|inherit|1px|12vh)$/.test(part))
  assert.deepEqual(strays(/^(padding|margin|gap|row-gap|column-gap)(-[a-z-]+)?$/, isOnScale), [])
})

test('corners have only radii of the scale', () => {
  assert.deepEqual(
    strays(/radius$/, (value) => /^(0|50%|inherit|var\(--r[\w-]+\)|( ?(0|var\(--r[\w-]+\)))+)$/.test(value)),
    [],
  )
})

test('colors are tokens, so that both schemes have each of them', () => {
  const isToken = (value: string): boolean => !/#[\da-f]{3,8}\b|\b(rgb|hsl|oklch|lab)a?\(/i.test(value)
  assert.deepEqual(strays(/./, isToken), [])
})

test('every token is used, and every variable is a token', () => {
  const used = new Set(
    listFiles('**/*.{css,ts,tsx}').flatMap((path) =>
      [...readSource(path).matchAll(/var\((--[\w-]+)/g)].map(([, name = '']) => name),
    ),
  )
  assert.deepEqual(
    [...used].filter((name) => !tokens.has(name)),
    [],
    'unknown',
  )
  assert.deepEqual(
    [...tokens.keys()].filter((name) => !used.has(name)),
    [],
    'unused',
  )
})
