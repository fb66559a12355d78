type Scalar = string | number | boolean | Date

/** A value, several of which any may match, null, or operators of the API: `{ gte: '2025-01-15', 'not.like': 'x*' }`. */
export type Condition = Scalar | null | readonly Scalar[] | { readonly [operator: string]: Scalar | null }

/** Conditions on columns, all of which must hold. */
export type Where<Row> = { readonly [Column in keyof Row]?: Condition | undefined } & {
  /** Conditions of which one must hold, in the API's own form: `(attempts.gt.1,reason.is.null)`. */
  readonly or?: string | undefined
}

/** Writes the conditions as query parameters. */
export function toParameters(where: object): [name: string, value: string][] {
  const { or, ...columns } = where as Where<Record<string, Condition | undefined>>
  const parameters = Object.entries(columns).flatMap(([column, condition]) =>
    condition === undefined ? [] : toValues(condition).map((value): [string, string] => [column, value]),
  )
  return or === undefined ? parameters : [...parameters, ['or', or]]
}

function toValues(condition: Condition): string[] {
  if (condition === null) return ['is.null']
  if (Array.isArray(condition)) return [`in.(${condition.map(quote).join(',')})`]
  if (typeof condition !== 'object' || condition instanceof Date) return [`eq.${write(condition)}`]
  return Object.entries(condition).map(([operator, value]) => `${operator}.${write(value)}`)
}

const write = (value: Scalar | null): string => (value instanceof Date ? value.toISOString() : String(value))

const quote = (value: Scalar): string => `"${write(value).replace(/["\\]/g, '\\$&')}"`
