import { contrast, mix } from './colors.ts'
import type { Palette } from './theme.ts'

/** What WCAG requires of the border of a control, and of text. */
const OF_BORDERS = 3
const OF_TEXT = 4.5

/** The custom properties of packages/web/src/styles/tokens.css that follow from a palette, without their dashes. */
export function tokensOf(palette: Palette): Record<string, string> {
  const { accent, on_accent, canvas, surface, text, muted, line } = palette
  return {
    canvas,
    surface,
    raised: surface,
    sunken: mix(surface, text, 0.035),
    hover: mix(surface, text, 0.05),
    line,
    'line-strong': mix(line, text, 0.15),
    'control-line': firstReadable(surface, text, 0.3, OF_BORDERS),
    ink: text,
    'ink-soft': firstReadable(surface, text, 0.8, OF_TEXT),
    muted,
    accent,
    'accent-strong': mix(accent, text, 0.15),
    'accent-soft': mix(surface, accent, 0.08),
    'on-accent': on_accent,
    focus: accent,
  }
}

/** The weakest mixture of text and surface, from a share of text on, that can be told from the surface. */
function firstReadable(surface: string, text: string, from: number, ratio: number): string {
  for (let share = from; share < 1; share += 0.05) {
    const mixed = mix(surface, text, share)
    if (contrast(mixed, surface) >= ratio) return mixed
  }
  return text
}
