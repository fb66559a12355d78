import { locale } from '../components/locale.ts'

const plural = new Intl.PluralRules('en')
export const number = new Intl.NumberFormat(locale)

/** "1 delivery", "12 deliveries". */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${number.format(count)} ${plural.select(count) === 'one' ? one : many}`

export const byName = (names: Record<string, string>): Readonly<Record<string, string | undefined>> => names
