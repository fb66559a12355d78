import { COLOR } from './colors.ts'
import { findContrastProblems } from './contrast.ts'
import type { Colors, Look } from './theme.ts'
import { COLOR_NAMES, FONT, MAX_FONTS, MAX_RADIUS, SCHEMES } from './theme.ts'

/** What is wrong with a theme whose shape is right. */
export function checkLook({ font, radius, colors = {} }: Look): string[] {
  const malformed = [
    ...(font === undefined || isFont(font) ? [] : [`font: ${FONT_RULE}`]),
    ...(radius === undefined || isRadius(radius) ? [] : [`radius: ${RADIUS_RULE}`]),
    ...SCHEMES.flatMap((scheme) => checkColors(`colors.${scheme}`, colors[scheme] ?? {})),
  ]
  if (malformed.length > 0) return malformed
  return SCHEMES.flatMap((scheme) => findContrastProblems(scheme, colors[scheme] ?? {}))
}

const FONT_RULE = `must be up to ${MAX_FONTS} font names of letters, digits, spaces, and hyphens, separated by commas, as in "Inter, Arial, sans-serif".`
const RADIUS_RULE = `must be a number of pixels from 0 to ${MAX_RADIUS}.`

const isFont = (font: string): boolean => FONT.test(font) && font.split(',').length <= MAX_FONTS
const isRadius = (radius: number): boolean => radius >= 0 && radius <= MAX_RADIUS

function checkColors(where: string, colors: Colors): string[] {
  return COLOR_NAMES.flatMap((name) => {
    const color = colors[name]
    if (color === undefined || COLOR.test(color)) return []
    return [`${where}.${name}: must be #rgb or #rrggbb, as in "#0b6a4b".`]
  })
}
