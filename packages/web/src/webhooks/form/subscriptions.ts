import { OPERATIONAL_EVENTS, covers } from '../event-names.ts'

/** Returns the names that a list of subscriptions covers. */
export const coveredBy = (events: readonly string[], names: readonly string[]): string[] =>
  names.filter((name) => events.some((event) => covers(event, name)))

export const groupName = (category: string): string => `${category}.*`

/** Toggles one event; replaces a wildcard that covered it by the remaining events. */
export function toggleEvent(
  events: readonly string[],
  name: string,
  isOn: boolean,
  names: readonly string[],
): string[] {
  if (isOn) return [...events, name]
  const kept = events.filter((event) => !covers(event, name))
  const wildcards = events.filter((event) => covers(event, name) && event !== name)
  const remaining = coveredBy(wildcards, names).filter((each) => each !== name)
  return [...new Set([...kept, ...remaining])]
}

/** Selects all events of a group, including future ones; or none. */
export function toggleGroup(
  events: readonly string[],
  category: string,
  isOn: boolean,
  names: readonly string[],
): string[] {
  const group = groupName(category)
  const isInGroup = (event: string): boolean => covers(group, event)
  if (isOn) return [...events.filter((event) => !isInGroup(event)), group]
  const others = names.filter((name) => !isInGroup(name))
  const expanded = events.includes('*') ? [...others, ...events.filter((event) => event !== '*')] : events
  return [...new Set(expanded)].filter((event) => event !== group && !isInGroup(event))
}

/** Selects all events of the CRM, or none; events about webhooks keep their selection. */
export function toggleEvery(events: readonly string[], isOn: boolean): string[] {
  const others = events.filter((event) => coveredBy([event], OPERATIONAL_EVENTS).length > 0)
  return isOn ? ['*', ...others] : others
}
