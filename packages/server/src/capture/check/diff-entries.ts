/** Keys of an entry whose parts are compared one by one. */
const DIVIDED = new Set(['columns', 'also', 'data'])
/** What the diff names an entry by. */
const NAMES = new Set(['record', 'type', 'table', 'schema'])

/** Lists what differs between two entries of a map for the same table, each as `place: before → after`. */
export function diffEntries(before: object, after: object): string[] {
  return diffKeys(before, after, (key, one, other) => {
    if (NAMES.has(key)) return []
    if (DIVIDED.has(key) && [one, other].every((value) => value === undefined || isPlain(value)))
      return diffKeys(one ?? {}, other ?? {}, (name, old, now) => describe(`${key}.${name}`, old, now))
    return describe(key, one, other)
  })
}

type Describe = (key: string, before: unknown, after: unknown) => string[]

function diffKeys(before: object, after: object, describeKey: Describe): string[] {
  const [one, other] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((key) =>
    describeKey(key, one.get(key), other.get(key)),
  )
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function describe(place: string, before: unknown, after: unknown): string[] {
  const [one, other] = [JSON.stringify(before), JSON.stringify(after)]
  if (one === other) return []
  return [`${place}: ${one ?? 'none'} → ${other ?? 'none'}`]
}
