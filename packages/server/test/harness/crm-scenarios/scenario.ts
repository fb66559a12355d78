/** An event that a change emits, as far as the scenario is about it. */
export interface ExpectedEvent {
  /** The tenant's key in the CRM. */
  organization: string
  event: string
  /** Fields that `data` must have, among others. */
  data: Readonly<Record<string, unknown>>
  /** Fields that `previous` must have, among others; undefined: whatever it has. */
  previous?: Readonly<Record<string, unknown>>
  /** How many such events follow each other; default: one. */
  times?: number
}

/** What the program of a CRM does, and the events that follow, in their order. */
export interface Scenario {
  title: string
  /** Run by the CRM's own role, in one transaction unless it has its own `begin`. */
  sql: string
  expect: readonly ExpectedEvent[]
  /** The number of rows that capture faults name; default: none. */
  faultyRows?: number
}

/** A CRM that somebody else made, with its preset. */
export interface PresetCrm {
  /** Also of its fixture, `fixtures/crms/<name>.sql`. */
  name: string
  /** SQL of a superuser, before the fixture, with `crm_app` for the CRM's role. */
  prepare?: string
  scenarios: readonly Scenario[]
  /** May be repeated; emits one event. */
  probe: { sql: string; organization: string; event: string }
  /** What a migration of the CRM does, how to take it back, what is emitted meanwhile, and what the watch says. */
  drift: { change: string; restore: string; meanwhile: Omit<Scenario, 'title'>; problem: RegExp }
  /** For a CRM whose tenants have schemas: how one comes and goes, and scenarios of that tenant once it is found. */
  newTenant?: { key: string; create: string; drop: string; scenarios: readonly Scenario[] }
}

type Fields = Readonly<Record<string, unknown>>

/** Short for an expected event. */
export const emits =
  (organization: string) =>
  (event: string, data: Fields, previous?: Fields): ExpectedEvent => ({
    organization,
    event,
    data,
    ...(previous === undefined ? {} : { previous }),
  })
