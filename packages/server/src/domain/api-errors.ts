/**
 * The error codes of the API: add one here, and `npm run generate` lists it in docs/errors.md.
 *
 * Codes are stable. `PGRST…` are PostgREST's, `PT…` ours, the others SQLSTATEs.
 */
interface ApiErrorEntry {
  /** The usual status first. */
  statuses: readonly [number, ...number[]]
  meaning: string
  /** What the caller does about it. */
  action: string
}

const SEND_AGAIN = 'Send the same request again after `Retry-After`.'
const CHECK_DOCUMENT = 'Check the name; `GET /rest/v1/` lists all.'

export const API_ERRORS = {
  '0A000': {
    statuses: [501],
    meaning: '[Realtime](api.md#realtime) has changes of tables, but no broadcast and no presence.',
    action: 'Subscribe to `postgres_changes`.',
  },
  '21000': {
    statuses: [400],
    meaning: 'A PATCH or DELETE has no filter, or two rows of an upsert have the same key.',
    action: 'Add a filter, such as `?id=eq.<id>`; send each row once.',
  },
  '22023': {
    statuses: [400],
    meaning: "A field's value is not valid.",
    action: 'Correct the field that `details` names.',
  },
  '22P02': {
    statuses: [400],
    meaning: 'A value is not of the type of its column. Other codes that begin with 22: it is out of range.',
    action: '`details` names the column, `hint` says what it takes.',
  },
  '22P05': {
    statuses: [400],
    meaning: 'A text contains a character that PostgreSQL cannot store: NUL, or half of a surrogate pair.',
    action: '`message` names the row and the field. Leave the character out.',
  },
  '23502': { statuses: [400], meaning: 'A required value is missing.', action: 'Set what `details` names.' },
  '23503': {
    statuses: [409],
    meaning: 'The row refers to a row that does not exist.',
    action: 'Create that row first, or correct the id.',
  },
  '23505': {
    statuses: [409],
    meaning: 'Your organization already has a row with this key.',
    action: 'Choose another key, or upsert with `Prefer: resolution=merge-duplicates`.',
  },
  '23514': {
    statuses: [400],
    meaning: 'A value breaks a rule of its table.',
    action: 'Correct the columns that `details` names; `hint` has the rule.',
  },
  '42501': {
    statuses: [403, 401],
    meaning:
      'Not allowed: the row belongs to another organization, or the scope of the key does not cover the request. 401 without credentials.',
    action: 'Use a key of that organization whose scope covers it.',
  },
  '42703': { statuses: [400], meaning: 'The column does not exist.', action: CHECK_DOCUMENT },
  '42704': {
    statuses: [400],
    meaning: 'A cast names a type that does not exist.',
    action: 'Cast to a type of PostgreSQL, such as `::text`.',
  },
  '42803': {
    statuses: [400],
    meaning: 'Rows are grouped, and `order` names something else than what they are grouped by.',
    action: 'Select what you order by, or order by the name of an aggregate.',
  },
  '42883': {
    statuses: [404],
    meaning: "The operator or aggregate does not exist for the column's type.",
    action: 'Choose another one, or cast the column, such as `data->size::numeric.sum()`.',
  },
  '42P01': { statuses: [404], meaning: 'The table does not exist.', action: CHECK_DOCUMENT },
  '42P10': {
    statuses: [400],
    meaning: '`on_conflict` does not name a unique key.',
    action: 'Name the columns of a primary or unique key.',
  },
  '53000': {
    statuses: [503],
    meaning: 'Too many events wait to be sent (`MAX_BACKLOG`).',
    action: SEND_AGAIN,
  },
  '53100': {
    statuses: [507],
    meaning: 'The disk of the embedded database is nearly full. Reading still works.',
    action: 'Free disk space, then send the same request again.',
  },
  '53300': { statuses: [503], meaning: 'No database connection was free in time.', action: SEND_AGAIN },
  '53400': {
    statuses: [409],
    meaning: 'The organization has as many webhooks as `MAX_WEBHOOKS` allows, or ten inboxes.',
    action: 'Delete one, or ask the operator to raise the limit.',
  },
  '54000': {
    statuses: [413, 409, 414, 431],
    meaning:
      'The body, an event, the response, or the number of rows is too large. 409: alerts of an organization have as many recipients as they may. 414: the URL. 431: the URL and headers together.',
    action: 'Send or ask for less at once.',
  },
  '54001': {
    statuses: [400],
    meaning:
      'The request could cost too much for one row, with the key of an organization, or a previewed filter takes too many steps.',
    action: '`message` names the part; do what `hint` says.',
  },
  '55000': {
    statuses: [409],
    meaning:
      'Not possible in this state: the webhook is disabled or deleted, its secret is being rotated, a check-up of its endpoint is running, or the record was erased.',
    action:
      'Enable the webhook first; wait for the end of the rotation or of the check-up (`Retry-After`). What was deleted or erased does not come back.',
  },
  '55006': {
    statuses: [409],
    meaning: 'The delivery is being sent.',
    action: 'Wait for the outcome, then retry if it failed.',
  },
  '57014': {
    statuses: [500, 408],
    meaning:
      'The statement took more than 30 seconds, or 10 with the key of an organization (5 on the embedded database). 408: the request took longer than `CLIENT_TIMEOUT` to arrive.',
    action: 'Ask for fewer rows, or filter by an indexed column.',
  },
  P0002: {
    statuses: [404, 410],
    meaning: 'No row has this id. 410: the inbox does not exist or has expired.',
    action: 'Check the id, and that the row belongs to your organization.',
  },
  PGRST000: { statuses: [503], meaning: 'The database is unreachable.', action: SEND_AGAIN },
  PGRST100: {
    statuses: [400],
    meaning: 'The query string, or the request itself, cannot be parsed. Other 4xx: what HTTP says of it.',
    action: '`message` has the position, `details` what was expected there.',
  },
  PGRST101: {
    statuses: [405],
    meaning: 'A function cannot be called with this method.',
    action: 'Use POST. `Allow` lists GET where a function only reads.',
  },
  PGRST102: {
    statuses: [400, 415],
    meaning: 'The body cannot be parsed, or its rows have different keys. 415: its charset is unknown.',
    action:
      'Send valid JSON, CSV or a form with its `Content-Type`, and the same keys in each row or `columns=`.',
  },
  PGRST103: {
    statuses: [416],
    meaning: 'The range begins after the last row.',
    action: 'Ask for a smaller offset; `Content-Range` has the number of rows.',
  },
  PGRST105: {
    statuses: [405],
    meaning: 'A PUT has another filter than `eq.` on each column of the primary key.',
    action: 'Filter by the primary key alone, such as `?id=eq.<id>`.',
  },
  PGRST106: {
    statuses: [406],
    meaning: 'The schema does not exist.',
    action: 'Leave `Accept-Profile` and `Content-Profile` out, or send `public`.',
  },
  PGRST107: {
    statuses: [406],
    meaning: 'None of the accepted media types is available.',
    action: 'Accept `application/json`, or one that `hint` lists.',
  },
  PGRST108: {
    statuses: [400],
    meaning: 'A filter, order or limit names a table that is not embedded.',
    action: 'Embed it in `select` under this name.',
  },
  PGRST114: {
    statuses: [400],
    meaning: 'A PUT has a `limit` or an `offset`.',
    action: 'Leave them out: a PUT concerns one row.',
  },
  PGRST115: {
    statuses: [400],
    meaning: 'The body of a PUT is not the one row that its filter names.',
    action: 'Send one row, with the primary key of the filter.',
  },
  PGRST116: {
    statuses: [406],
    meaning: 'A single object was asked for, and there are no rows or several.',
    action: 'Filter by a unique key, or accept an array.',
  },
  PGRST117: {
    statuses: [405],
    meaning: 'The method is not supported.',
    action: 'Use one that the header `Allow` lists.',
  },
  PGRST118: {
    statuses: [400],
    meaning: 'The order is by a column of embedded rows that are several.',
    action: 'Order by an embedded single row, or order the embedded rows themselves.',
  },
  PGRST120: {
    statuses: [400],
    meaning: 'Embedded rows are compared with something other than null.',
    action: 'Compare with `is.null` or `not.is.null`.',
  },
  PGRST122: {
    statuses: [400],
    meaning: 'A preference is unknown or cannot be met.',
    action: 'Correct the header `Prefer`; `details` names the preference.',
  },
  PGRST124: {
    statuses: [400],
    meaning: 'The request would change more rows than `max-affected` allows.',
    action: 'Narrow the filter, or raise `max-affected`.',
  },
  PGRST125: { statuses: [404], meaning: 'Nothing exists at this path.', action: 'Check the path.' },
  PGRST127: {
    statuses: [400],
    meaning: 'Aggregates of several rows cannot be spread.',
    action: 'Embed the rows without the dots.',
  },
  PGRST200: {
    statuses: [400],
    meaning: 'The two tables have no relationship.',
    action: 'Embed a table that refers to this one, or that this one refers to.',
  },
  PGRST201: {
    statuses: [300],
    meaning: 'The two tables have several relationships.',
    action: 'Choose one that `details` lists, as `hint` shows.',
  },
  PGRST202: { statuses: [404], meaning: 'The function does not exist.', action: CHECK_DOCUMENT },
  PGRST204: {
    statuses: [400],
    meaning: 'The body names a column that does not exist or cannot be written.',
    action: 'Leave the column out, or use one that `hint` lists.',
  },
  PGRST205: { statuses: [404], meaning: 'The table does not exist.', action: CHECK_DOCUMENT },
  PGRST300: {
    statuses: [503],
    meaning: 'The keys that sign tokens cannot be fetched from `JWKS_URL`.',
    action: `${SEND_AGAIN} Operators: check that address.`,
  },
  PGRST301: {
    statuses: [401],
    meaning:
      'The key, token or link is not valid, or a request to a [source](sources.md) could not be verified.',
    action: 'Check the credential. For a source, check its secret at the provider.',
  },
  PGRST302: {
    statuses: [401],
    meaning: 'The request has no credentials.',
    action: 'Send a key or token in `apikey` or `Authorization: Bearer`.',
  },
  PGRST303: {
    statuses: [401],
    meaning:
      'The token or session has expired, or the token is not valid yet, names no organization, or has a `sub` of more than 255 characters.',
    action: 'Get a new token, or sign in again.',
  },
  PT403: {
    statuses: [403],
    meaning:
      "A change with a session's cookie lacks `X-Webhooks-Session: 1`, or comes from a page of another origin.",
    action: 'Send the header from a page of this server. Programs use a key instead.',
  },
  PT409: {
    statuses: [409],
    meaning:
      'The first call with this [Idempotency-Key](api.md#repeated-calls) is still running, or its response was too large to be kept.',
    action: 'With `Retry-After`, send the same request again after it. Otherwise read what the call changed.',
  },
  PT422: {
    statuses: [422],
    meaning: 'This [Idempotency-Key](api.md#repeated-calls) was used for another request.',
    action: 'Use a new key for each request.',
  },
  PT429: {
    statuses: [429],
    meaning:
      "Too many requests: in a minute, at once, to an inbox or a [source](sources.md#limits), wrong keys from one address, more database time than an organization's share, or too many kept [repeated calls](api.md#repeated-calls).",
    action: SEND_AGAIN,
  },
  XX000: {
    statuses: [500],
    meaning: 'A bug in this server. Its log has more.',
    action: 'Report it with the `X-Request-Id` of the response.',
  },
} as const satisfies Readonly<Record<string, ApiErrorEntry>>

export type ApiErrorCode = keyof typeof API_ERRORS

/** The statuses that a code may have. */
export type StatusOf<Code extends ApiErrorCode> = (typeof API_ERRORS)[Code]['statuses'][number]
