import { contrast } from './colors.ts'
import type { Colors, Palette, Scheme } from './theme.ts'
import { PALETTES, TONES } from './theme.ts'
import { tokensOf } from './tokens.ts'

/** What WCAG 2.2 AA requires of text. */
const MIN_OF_TEXT = 4.5

interface Pair {
  /** As the theme names it. */
  front: string
  back: string
  colors: readonly [string, string]
}

/** The page's colors with those of the theme: text on an accent is black or white, whichever can be read, unless the theme says it. */
export function completePalette(scheme: Scheme, colors: Colors): Palette {
  const given = Object.fromEntries(Object.entries(colors).filter(([, color]) => color !== undefined))
  const palette = { ...PALETTES[scheme], ...given }
  if (colors.accent === undefined || colors.on_accent !== undefined) return palette
  const isDarkReadable = contrast(colors.accent, '#000000') > contrast(colors.accent, '#ffffff')
  return { ...palette, on_accent: isDarkReadable ? '#000000' : '#ffffff' }
}

/** Finds what people with low vision could not read; each problem names the colors and their contrast ratio. */
export function findContrastProblems(scheme: Scheme, colors: Colors): string[] {
  if (Object.values(colors).every((color) => color === undefined)) return []
  const palette = completePalette(scheme, colors)
  return listPairs(scheme, palette).flatMap(({ front, back, colors: [one, other] }) => {
    const ratio = contrast(one, other)
    if (ratio >= MIN_OF_TEXT) return []
    // Rounded down, so that 4.499 is not said to be enough.
    const shown = (Math.floor(ratio * 100) / 100).toFixed(2)
    return [
      `colors.${scheme}: ${front} (${one}) on ${back} (${other}) has a contrast of ${shown}:1. WCAG AA requires ${MIN_OF_TEXT}:1.`,
    ]
  })
}

function listPairs(scheme: Scheme, palette: Palette): Pair[] {
  const { sunken, hover, 'accent-soft': soft, 'accent-strong': strong } = tokensOf(palette)
  const pair = (front: keyof Palette, back: keyof Palette): Pair => ({
    front,
    back,
    colors: [palette[front], palette[back]],
  })
  const onDerived = (front: keyof Palette, back: string, color: string): Pair => ({
    front,
    back: `${back}, which follows from surface`,
    colors: [palette[front], color],
  })
  return [
    pair('text', 'canvas'),
    pair('text', 'surface'),
    onDerived('text', 'the highlighted row', hover!),
    pair('muted', 'canvas'),
    pair('muted', 'surface'),
    onDerived('muted', 'the sunken surface', sunken!),
    pair('accent', 'canvas'),
    pair('accent', 'surface'),
    onDerived('accent', 'the selected row', soft!),
    pair('on_accent', 'accent'),
    {
      front: 'on_accent',
      back: 'the pressed button, which follows from accent',
      colors: [palette.on_accent, strong!],
    },
    ...Object.entries(TONES[scheme]).map(([tone, color]): Pair => ({
      front: `the page's color "${tone}"`,
      back: 'surface',
      colors: [color, palette.surface],
    })),
  ]
}
