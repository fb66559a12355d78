import type { Theme } from '../../../elements/src/protocol.ts'
import { checkLook } from '../../../server/src/domain/portal/check-look.ts'
import type { Colors, Look } from '../../../server/src/domain/portal/theme.ts'
import { COLOR_NAMES, SCHEMES } from '../../../server/src/domain/portal/theme.ts'

/** A theme of a host that can be shown: it was checked over that of the operator. */
export interface HostLook {
  scheme: NonNullable<Theme['scheme']>
  look: Look
}

type Fields = Readonly<Record<string, unknown>>

/** Checks what a host has sent. Gives the problems instead where there are some. */
export function readLook(theme: unknown, operators: Look = {}): HostLook | string[] {
  if (theme === undefined) return { scheme: 'system', look: {} }
  if (!isObject(theme)) return ['must be an object']
  const { scheme = 'system', font, radius, colors = {} } = theme
  const problems = [
    ...unknownKeys('', theme, ['scheme', 'font', 'radius', 'colors']),
    ...(isScheme(scheme) ? [] : ['scheme: must be light, dark, or system']),
    ...(font === undefined || typeof font === 'string' ? [] : ['font: must be a string']),
    ...(radius === undefined || typeof radius === 'number' ? [] : ['radius: must be a number']),
    ...checkColorsShape(colors),
  ]
  if (problems.length > 0) return problems
  const given = colors as NonNullable<Look['colors']>
  const look: Look = {
    font: font as string | undefined,
    radius: radius as number | undefined,
    colors: {
      light: merge(operators.colors?.light, given.light),
      dark: merge(operators.colors?.dark, given.dark),
    },
  }
  const wrong = checkLook(look)
  return wrong.length > 0 ? wrong : { scheme: scheme as HostLook['scheme'], look }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isScheme = (value: unknown): boolean => value === 'light' || value === 'dark' || value === 'system'

function checkColorsShape(colors: unknown): string[] {
  if (!isObject(colors)) return ['colors: must be an object']
  const ofSchemes = SCHEMES.flatMap((scheme) => {
    const given = colors[scheme] ?? {}
    if (!isObject(given)) return [`colors.${scheme}: must be an object`]
    const isText = Object.values(given).every((color) => color === undefined || typeof color === 'string')
    return [
      ...unknownKeys(`colors.${scheme}.`, given, COLOR_NAMES),
      ...(isText ? [] : [`colors.${scheme}: each color must be a string`]),
    ]
  })
  return [...unknownKeys('colors.', colors, SCHEMES), ...ofSchemes]
}

const unknownKeys = (prefix: string, fields: Fields, known: readonly string[]): string[] =>
  Object.keys(fields)
    .filter((key) => !known.includes(key))
    .map((key) => `${prefix}${key}: is not one of ${known.join(', ')}`)

/** With an accent of its own, a theme also chooses the text on it. */
function merge(under: Colors = {}, over: Colors = {}): Colors {
  return over.accent === undefined ? { ...under, ...over } : { ...under, on_accent: undefined, ...over }
}
