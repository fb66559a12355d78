/** Colors are `#rgb` or `#rrggbb`: what both a stylesheet and the contrast rule of WCAG can read without doubt. */
export const COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i

type Channels = readonly [number, number, number]

function channels(color: string): Channels {
  const digits = color.slice(1)
  const full = digits.length === 3 ? digits.replaceAll(/./g, '$&$&') : digits
  const value = Number.parseInt(full, 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** @param share of `over`, from 0 to 1 */
export function mix(under: string, over: string, share: number): string {
  const [from, to] = [channels(under), channels(over)]
  const mixed = from.map((channel, index) => Math.round(channel + (to[index]! - channel) * share))
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

/** The contrast ratio of WCAG 2.2, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((channel) => {
    const share = channel / 255
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
