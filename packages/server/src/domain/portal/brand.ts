import { completePalette } from './contrast.ts'
import type { Palette, PortalTheme } from './theme.ts'

/** What a mail shows of the host. */
export interface Brand {
  name: string
  /** Where mail programs can load it; undefined without a logo, and for one that is part of the theme. */
  logoUrl: string | undefined
  /** Mails are light: dark mode of mail programs is their own. */
  colors: Palette
}

const OUR_NAME = 'ConnectGain'

export function brandOf({ name = OUR_NAME, logo, colors }: PortalTheme): Brand {
  return {
    name,
    logoUrl: logo?.startsWith('https:') === true ? logo : undefined,
    colors: completePalette('light', colors?.light ?? {}),
  }
}
