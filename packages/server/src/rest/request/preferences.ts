import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'

export interface Preferences {
  resolution: 'merge-duplicates' | 'ignore-duplicates' | null
  missing: 'default' | 'null' | null
  return: 'representation' | 'minimal' | 'headers-only' | null
  /** Every kind of count is answered with an exact count. */
  count: 'exact' | 'planned' | 'estimated' | null
  tx: 'commit' | null
  handling: 'strict' | 'lenient' | null
  maxAffected: number | null
  /** The time zone in which times are written; null: UTC. */
  timezone: string | null
}

/** The preferences that each method can apply, in the order of `Preference-Applied`. */
const applicable: Readonly<Record<string, readonly (keyof Preferences)[]>> = {
  GET: ['count', 'tx', 'handling', 'timezone'],
  HEAD: ['count', 'tx', 'handling', 'timezone'],
  POST: ['resolution', 'missing', 'return', 'count', 'tx', 'handling', 'timezone'],
  PATCH: ['missing', 'return', 'count', 'tx', 'handling', 'timezone', 'maxAffected'],
  PUT: ['missing', 'return', 'count', 'tx', 'handling', 'timezone'],
  RPC: ['count', 'tx', 'handling'],
  DELETE: ['return', 'count', 'tx', 'handling', 'timezone', 'maxAffected'],
}

const words = {
  resolution: ['merge-duplicates', 'ignore-duplicates'],
  missing: ['default', 'null'],
  return: ['representation', 'minimal', 'headers-only'],
  count: ['exact', 'planned', 'estimated'],
  tx: ['commit'],
  handling: ['strict', 'lenient'],
} as const

/** Parses `Prefer`. If a preference is repeated, the first one applies. */
export function parsePreferences(header: string): Preferences {
  const given = header
    .split(',')
    .map((preference) => preference.trim())
    .filter((preference) => preference !== '')
  if (given.includes('tx=rollback')) {
    throw refusePreferences(['tx=rollback'], 'Transactions that roll back are not supported.')
  }
  const known = new Set<string>()
  const pick = <T extends string>(name: string, values: readonly T[]): T | null => {
    const allowed = values.map((value) => `${name}=${value}`)
    for (const preference of allowed) known.add(preference)
    const chosen = given.find((preference) => allowed.includes(preference))
    return values.find((value) => chosen === `${name}=${value}`) ?? null
  }
  const preferences = {
    resolution: pick('resolution', words.resolution),
    missing: pick('missing', words.missing),
    return: pick('return', words.return),
    count: pick('count', words.count),
    tx: pick('tx', words.tx),
    handling: pick('handling', words.handling),
  }
  const zone = given.find(
    (preference) => preference.startsWith('timezone=') && isTimezone(preference.slice(9)),
  )
  if (zone !== undefined) known.add(zone)
  const limit = given.find((preference) => /^max-affected=\d{1,9}$/.test(preference))
  const invalid = given.filter((preference) => !known.has(preference) && preference !== limit)
  const isStrict = preferences.handling === 'strict'
  if (isStrict && invalid.length > 0) throw refusePreferences(invalid)
  // Applies only to strict requests, because a lenient request would ignore the limit silently.
  const maxAffected = isStrict && limit !== undefined ? Number(limit.slice('max-affected='.length)) : null
  return { ...preferences, maxAffected, timezone: zone?.slice('timezone='.length) ?? null }
}

/** Names of the IANA database, which PostgreSQL knows as well. An unknown one is ignored, unless the request is strict. */
function isTimezone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name)) return false
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function refusePreferences(invalid: readonly string[], hint?: string): ApiError {
  const message =
    hint === undefined ? 'Invalid preferences given with handling=strict' : 'Invalid preferences'
  const details = `Invalid preferences: ${invalid.join(', ')}`
  return new ApiError(400, 'PGRST122', verbatim(message), {
    details,
    ...(hint === undefined ? {} : { hint: verbatim(hint) }),
  })
}

/** Writes the value of `Preference-Applied`; '' for none. */
export function writeApplied(preferences: Preferences, method: string): string {
  return (applicable[method] ?? [])
    .filter((name) => preferences[name] !== null)
    .map(
      (name) => (name === 'maxAffected' ? 'max-affected' : name) + `=${formatPreference(preferences, name)}`,
    )
    .join(', ')
}

function formatPreference(preferences: Preferences, name: keyof Preferences): string {
  return name === 'count' ? 'exact' : String(preferences[name])
}
