import { completePalette } from './contrast.ts'
import type { Colors, Look, Scheme } from './theme.ts'
import { SCHEMES } from './theme.ts'
import { tokensOf } from './tokens.ts'

const GENERIC = new Set([
  'sans-serif',
  'serif',
  'monospace',
  'system-ui',
  'ui-sans-serif',
  'ui-serif',
  'ui-rounded',
])

/** Writes a theme that was checked as a stylesheet over the page's own tokens, whichever is loaded first. */
export function writeStylesheet({ font, radius, colors = {} }: Look): string {
  const shape = [
    ...(font === undefined ? [] : [`--font: ${quoteFonts(font)}`]),
    ...(radius === undefined ? [] : radii(radius)),
  ]
  const schemes = SCHEMES.flatMap((scheme) => writeScheme(scheme, colors[scheme]))
  return [...(shape.length === 0 ? [] : [rule(':root:root', shape)]), ...schemes].join('\n')
}

function writeScheme(scheme: Scheme, colors: Colors | undefined): string[] {
  if (colors === undefined || Object.values(colors).every((color) => color === undefined)) return []
  const tokens = Object.entries(tokensOf(completePalette(scheme, colors)))
  const declarations = tokens.map(([name, color]) => `--${name}: ${color}`)
  return [
    `@media (prefers-color-scheme: ${scheme}) {\n${rule(':root:root:not([data-theme])', declarations)}\n}`,
    rule(`:root:root[data-theme='${scheme}']`, declarations),
  ]
}

const rule = (selector: string, declarations: readonly string[]): string =>
  `${selector} {\n${declarations.map((declaration) => `  ${declaration};\n`).join('')}}`

const radii = (radius: number): string[] => [
  `--r1: ${Math.max(0, radius - 2)}px`,
  `--r2: ${radius}px`,
  `--r3: ${radius * 1.5}px`,
]

const quoteFonts = (font: string): string =>
  font
    .split(',')
    .map((name) => name.trim())
    .map((name) => (GENERIC.has(name) ? name : `'${name}'`))
    .join(', ')
