import { z } from 'zod'
import { checkLook } from '../domain/portal/check-look.ts'
import type { PortalTheme } from '../domain/portal/theme.ts'
import { COLOR_NAMES } from '../domain/portal/theme.ts'
import { by } from './schemas.ts'
import type { Setting } from './setting.ts'
import { fail, parseFrameAncestors, parseRefreshUrl } from './urls.ts'

const MAX_LOGO_CHARACTERS = 65_536
const LOGO = /^data:image\/(?:png|jpeg|webp|svg\+xml);base64,[a-z0-9+/]+=*$/i

const isLogo = (text: string): boolean =>
  LOGO.test(text) ||
  (URL.canParse(text) && /^https:\/\/[^\s"';,<>]+$/.test(text) && new URL(text).username === '')

const logo = z
  .string()
  .max(MAX_LOGO_CHARACTERS, `must have at most ${MAX_LOGO_CHARACTERS} characters.`)
  .refine(
    isLogo,
    'must be an https:// URL, or an image as data:image/png;base64,… (png, jpeg, webp, or svg+xml).',
  )

const colors = z.strictObject(
  Object.fromEntries(COLOR_NAMES.map((name) => [name, z.string().optional()])) as Record<
    (typeof COLOR_NAMES)[number],
    z.ZodOptional<z.ZodString>
  >,
)

const theme = z.strictObject({
  name: z
    .string()
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,60}$/u, 'must have 1 to 60 characters on one line.')
    .optional(),
  logo: logo.optional(),
  logo_dark: logo.optional(),
  font: z.string().optional(),
  radius: z.number().optional(),
  colors: z.strictObject({ light: colors.optional(), dark: colors.optional() }).optional(),
})

const EXAMPLE =
  'JSON such as PORTAL_THEME={"name":"Acme","radius":6,"colors":{"light":{"accent":"#0b6a4b"}}}, with the keys name, logo, logo_dark, font, radius, and colors'

/** @throws Error that names each key that is wrong, and the contrast of colors that cannot be read */
function parseTheme(text: string): PortalTheme {
  const result = theme.safeParse(readJson(text))
  const problems = result.success
    ? checkLook(result.data)
    : result.error.issues.map(({ path, message }) => `${path.join('.') || 'PORTAL_THEME'}: ${message}`)
  if (problems.length > 0) throw new Error(problems.join(' '))
  return result.data!
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return fail(text.length > 60 ? `${text.slice(0, 60)}…` : text, EXAMPLE)
  }
}

/** Rows of settings.ts. */
export const PORTAL = {
  frameAncestors: {
    name: 'PORTAL_FRAME_ANCESTORS',
    group: 'API and settings page',
    preset: '',
    help: '`https://` origins whose pages may show the settings page in a frame ([embedding](embedding.md)), separated by spaces or commas (`https://*.example.com` for all subdomains; for development also `http://localhost` with a port); unset: none',
    schema: by(parseFrameAncestors),
  },
  portalRefreshUrl: {
    name: 'PORTAL_REFRESH_URL',
    group: 'API and settings page',
    preset: '',
    help: '`https://` page of your app that people are led to when their session or [one-time link](embedding.md#when-a-session-has-ended) has ended, and from alert mails; it gets `return_to`; unset: they are asked for a key',
    schema: by(parseRefreshUrl),
  },
  portalTheme: {
    name: 'PORTAL_THEME',
    group: 'API and settings page',
    preset: '{}',
    shownPreset: 'unset',
    help: '[look of the settings page](embedding.md#theme) and name in mails, as JSON: `name`, `logo`, `logo_dark`, `font`, `radius`, `colors`',
    schema: by(parseTheme),
  },
} as const satisfies Readonly<Record<string, Setting>>
