/** How a host makes the settings page look like its own: `PORTAL_THEME`, and the `theme` of the element, which has no name and logo. */
export interface PortalTheme extends Look {
  /** Of the host, in place of ConnectGain. */
  name?: string | undefined
  logo?: string | undefined
  /** On dark surfaces; default: `logo`. */
  logo_dark?: string | undefined
}

/** What both take. */
export interface Look {
  font?: string | undefined
  /** Of controls, in pixels; larger and smaller corners follow. */
  radius?: number | undefined
  colors?: { light?: Colors | undefined; dark?: Colors | undefined } | undefined
}

export const SCHEMES = ['light', 'dark'] as const
export type Scheme = (typeof SCHEMES)[number]

export const COLOR_NAMES = ['accent', 'on_accent', 'canvas', 'surface', 'text', 'muted', 'line'] as const
export type ColorName = (typeof COLOR_NAMES)[number]
export type Colors = { [name in ColorName]?: string | undefined }
export type Palette = Record<ColorName, string>

/** The page's own colors, as in packages/web/src/styles/tokens.css. */
export const PALETTES: Readonly<Record<Scheme, Palette>> = {
  light: {
    accent: '#3d4fd6',
    on_accent: '#ffffff',
    canvas: '#f6f7f9',
    surface: '#ffffff',
    text: '#151a23',
    muted: '#5a6372',
    line: '#e4e7ec',
  },
  dark: {
    accent: '#8e9cff',
    on_accent: '#0d1015',
    canvas: '#0d1015',
    surface: '#151920',
    text: '#e9ecf1',
    muted: '#98a2b1',
    line: '#262c37',
  },
}

/** Colors with a meaning (success, warning, failure, information), which no theme changes. */
export const TONES: Readonly<Record<Scheme, Readonly<Record<string, string>>>> = {
  light: { ok: '#0b6a4b', warn: '#7f4d00', bad: '#ad2119', info: '#2f4f9e' },
  dark: { ok: '#6fd9ac', warn: '#efc06a', bad: '#ff9d94', info: '#9db8f5' },
}

export const MAX_RADIUS = 16
export const MAX_FONTS = 8
/** Names without quotes, separated by commas: nothing that could end a declaration of the stylesheet. */
export const FONT = /^[a-z][\w -]{0,63}(?:, *[a-z][\w -]{0,63})*$/i
