import type { PlainCode } from './messages/phrase.ts'

/**
 * The error codes of the API: add one here, and `npm run generate` lists it in docs/errors.md.
 *
 * Codes are stable. `PGRST…` are PostgREST's, `PT…` ours, the others SQLSTATEs.
 */
interface ApiErrorEntry {
  /** The usual status first. */
  statuses: readonly [number, ...number[]]
  meaning: string
  /** What the caller does about it: a text of the catalog. */
  action: PlainCode
}

export const API_ERRORS = {
  '0A000': {
    statuses: [501],
    meaning: '[Realtime](api.md#realtime) has changes of tables, but no broadcast and no presence.',
    action: 'fix.subscribe',
  },
  '21000': {
    statuses: [400],
    meaning: 'A PATCH or DELETE has no filter, or two rows of an upsert have the same key.',
    action: 'fix.noFilter',
  },
  '22023': {
    statuses: [400],
    meaning: "A field's value is not valid.",
    action: 'fix.field',
  },
  '22P02': {
    statuses: [400],
    meaning: 'A value is not of the type of its column. Other codes that begin with 22: it is out of range.',
    action: 'fix.value',
  },
  '22P05': {
    statuses: [400],
    meaning: 'A text contains a character that PostgreSQL cannot store: NUL, or half of a surrogate pair.',
    action: 'fix.character',
  },
  '23502': { statuses: [400], meaning: 'A required value is missing.', action: 'fix.set' },
  '23503': {
    statuses: [409],
    meaning: 'The row refers to a row that does not exist.',
    action: 'hint.createFirst',
  },
  '23505': {
    statuses: [409],
    meaning: 'Your organization already has a row with this key.',
    action: 'fix.otherKey',
  },
  '23514': {
    statuses: [400],
    meaning: 'A value breaks a rule of its table.',
    action: 'fix.columns',
  },
  '42501': {
    statuses: [403, 401],
    meaning:
      'Not allowed: the row belongs to another organization, or the scope of the key does not cover the request. 401 without credentials.',
    action: 'fix.scope',
  },
  '42703': { statuses: [400], meaning: 'The column does not exist.', action: 'fix.name' },
  '42704': {
    statuses: [400],
    meaning: 'A cast names a type that does not exist.',
    action: 'fix.cast',
  },
  '42803': {
    statuses: [400],
    meaning: 'Rows are grouped, and `order` names something else than what they are grouped by.',
    action: 'fix.grouped',
  },
  '42883': {
    statuses: [404],
    meaning: "The operator or aggregate does not exist for the column's type.",
    action: 'fix.operator',
  },
  '42P01': { statuses: [404], meaning: 'The table does not exist.', action: 'fix.name' },
  '42P10': {
    statuses: [400],
    meaning: '`on_conflict` does not name a unique key.',
    action: 'fix.uniqueKey',
  },
  '53000': {
    statuses: [503],
    meaning: 'Too many events wait to be sent (`MAX_BACKLOG`), or events could not be stored for certain.',
    action: 'fix.again',
  },
  '53100': {
    statuses: [507],
    meaning: 'The disk of the embedded database is nearly full. Reading still works.',
    action: 'fix.disk',
  },
  '53300': { statuses: [503], meaning: 'No database connection was free in time.', action: 'fix.again' },
  '53400': {
    statuses: [409],
    meaning: 'The organization has as many webhooks as `MAX_WEBHOOKS` allows, or ten inboxes.',
    action: 'fix.limit',
  },
  '54000': {
    statuses: [413, 409, 414, 431],
    meaning:
      'The body, an event, the response, or the number of rows is too large. 409: alerts of an organization have as many recipients as they may. 414: the URL. 431: the URL and headers together.',
    action: 'fix.less',
  },
  '54001': {
    statuses: [400],
    meaning:
      'The request could cost too much for one row, with the key of an organization, or a previewed filter takes too many steps.',
    action: 'fix.cost',
  },
  '55000': {
    statuses: [409],
    meaning:
      'Not possible in this state: the webhook is disabled or deleted, its secret is being rotated, a check-up of its endpoint is running, or the record was erased.',
    action: 'fix.state',
  },
  '55006': {
    statuses: [409],
    meaning: 'The delivery is being sent.',
    action: 'fix.outcome',
  },
  '57014': {
    statuses: [500, 408],
    meaning:
      'The statement took more than 30 seconds, or 10 with the key of an organization (5 on the embedded database). 408: the request took longer than `CLIENT_TIMEOUT` to arrive.',
    action: 'fix.fewerRows',
  },
  P0002: {
    statuses: [404, 410],
    meaning: 'No row has this id. 410: the inbox does not exist or has expired.',
    action: 'fix.id',
  },
  PGRST000: { statuses: [503], meaning: 'The database is unreachable.', action: 'fix.again' },
  PGRST100: {
    statuses: [400],
    meaning: 'The query string, or the request itself, cannot be parsed. Other 4xx: what HTTP says of it.',
    action: 'fix.position',
  },
  PGRST101: {
    statuses: [405],
    meaning: 'A function cannot be called with this method.',
    action: 'fix.post',
  },
  PGRST102: {
    statuses: [400, 415],
    meaning: 'The body cannot be parsed, or its rows have different keys. 415: its charset is unknown.',
    action: 'fix.body',
  },
  PGRST103: {
    statuses: [416],
    meaning: 'The range begins after the last row.',
    action: 'fix.offset',
  },
  PGRST105: {
    statuses: [405],
    meaning: 'A PUT has another filter than `eq.` on each column of the primary key.',
    action: 'fix.primaryKey',
  },
  PGRST106: {
    statuses: [406],
    meaning: 'The schema does not exist.',
    action: 'fix.schema',
  },
  PGRST107: {
    statuses: [406],
    meaning: 'None of the accepted media types is available.',
    action: 'fix.accept',
  },
  PGRST108: {
    statuses: [400],
    meaning: 'A filter, order or limit names a table that is not embedded.',
    action: 'fix.embed',
  },
  PGRST114: {
    statuses: [400],
    meaning: 'A PUT has a `limit` or an `offset`.',
    action: 'fix.oneRow',
  },
  PGRST115: {
    statuses: [400],
    meaning: 'The body of a PUT is not the one row that its filter names.',
    action: 'fix.rowOfFilter',
  },
  PGRST116: {
    statuses: [406],
    meaning: 'A single object was asked for, and there are no rows or several.',
    action: 'fix.single',
  },
  PGRST117: {
    statuses: [405],
    meaning: 'The method is not supported.',
    action: 'fix.allow',
  },
  PGRST118: {
    statuses: [400],
    meaning: 'The order is by a column of embedded rows that are several.',
    action: 'fix.orderSingle',
  },
  PGRST120: {
    statuses: [400],
    meaning: 'Embedded rows are compared with something other than null.',
    action: 'fix.isNull',
  },
  PGRST122: {
    statuses: [400],
    meaning: 'A preference is unknown or cannot be met.',
    action: 'fix.prefer',
  },
  PGRST124: {
    statuses: [400],
    meaning: 'The request would change more rows than `max-affected` allows.',
    action: 'fix.narrow',
  },
  PGRST125: { statuses: [404], meaning: 'Nothing exists at this path.', action: 'fix.path' },
  PGRST127: {
    statuses: [400],
    meaning: 'Aggregates of several rows cannot be spread.',
    action: 'fix.noDots',
  },
  PGRST200: {
    statuses: [400],
    meaning: 'The two tables have no relationship.',
    action: 'fix.related',
  },
  PGRST201: {
    statuses: [300],
    meaning: 'The two tables have several relationships.',
    action: 'fix.choose',
  },
  PGRST202: { statuses: [404], meaning: 'The function does not exist.', action: 'fix.name' },
  PGRST204: {
    statuses: [400],
    meaning: 'The body names a column that does not exist or cannot be written.',
    action: 'fix.writable',
  },
  PGRST205: { statuses: [404], meaning: 'The table does not exist.', action: 'fix.name' },
  PGRST300: {
    statuses: [503],
    meaning: 'The keys that sign tokens cannot be fetched from `JWKS_URL`.',
    action: 'fix.jwks',
  },
  PGRST301: {
    statuses: [401],
    meaning:
      'The key, token or link is not valid, or a request to a [source](sources.md) could not be verified.',
    action: 'fix.credential',
  },
  PGRST302: {
    statuses: [401],
    meaning: 'The request has no credentials.',
    action: 'fix.sendKey',
  },
  PGRST303: {
    statuses: [401],
    meaning:
      'The token or session has expired, or the token is not valid yet, names no organization, or has a `sub` of more than 255 characters.',
    action: 'fix.newToken',
  },
  PT403: {
    statuses: [403],
    meaning:
      "A change with a session's cookie lacks `X-Webhooks-Session: 1`, or comes from a page of another origin.",
    action: 'fix.ownPage',
  },
  PT409: {
    statuses: [409],
    meaning:
      'The first call with this [Idempotency-Key](api.md#repeated-calls) is still running, or its response was too large to be kept.',
    action: 'fix.repeat',
  },
  PT422: {
    statuses: [422],
    meaning: 'This [Idempotency-Key](api.md#repeated-calls) was used for another request.',
    action: 'fix.newKey',
  },
  PT429: {
    statuses: [429],
    meaning:
      "Too many requests: in a minute, at once, to an inbox or a [source](sources.md#limits), wrong keys from one address, more database time than an organization's share, or too many kept [repeated calls](api.md#repeated-calls).",
    action: 'fix.again',
  },
  XX000: {
    statuses: [500],
    meaning: 'A bug in this server. Its log has more.',
    action: 'fix.report',
  },
} as const satisfies Readonly<Record<string, ApiErrorEntry>>

export type ApiErrorCode = keyof typeof API_ERRORS

/** The statuses that a code may have. */
export type StatusOf<Code extends ApiErrorCode> = (typeof API_ERRORS)[Code]['statuses'][number]
