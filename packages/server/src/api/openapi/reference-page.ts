import { VERSION } from '../../settings/version.ts'
import type { TableDescription } from '../../rest/schema-cache/describe-tables.ts'
import type { JsonSchema } from './column-schema.ts'
import { describeColumn } from './column-schema.ts'
import { KEY_SET_PATH } from './key-set-operation.ts'
import type { OpenApiDocument } from './document.ts'
import type { FunctionDescription } from './function-operations.ts'

/** Renders the reference at `/docs`: all tables and functions on one page, without scripts. */
export function renderReference(
  tables: readonly TableDescription[],
  functions: Readonly<Record<string, FunctionDescription>>,
  document: OpenApiDocument,
): string {
  const names = Object.keys(functions)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ConnectGain Webhooks API</title>
<style>${STYLE}</style>
<nav aria-label="Contents">
<h2>Tables</h2>
<ul>${tables.map(({ name }) => linkTo(name)).join('')}</ul>
<h2>Functions</h2>
<ul>${names.map((name) => linkTo(`rpc/${name}`)).join('')}</ul>
<h2>Sessions</h2>
<ul>${linkTo('session')}</ul>
<h2>Public keys</h2>
<ul>${linkTo(KEY_SET_PATH.slice(1))}</ul>
</nav>
<main>
<h1>ConnectGain Webhooks API ${escapeHtml(VERSION)}</h1>
${INTRODUCTION}
${tables.map(renderTable).join('')}
${names.map((name) => renderFunction(name, document)).join('')}
${SESSION}
${KEY_SET}
</main>
</html>
`
}

const INTRODUCTION = `<p>Tables are read and written under <code>/rest/v1/&lt;table&gt;</code> the way PostgREST does, also by supabase-js;
functions are called with <code>POST /rest/v1/rpc/&lt;name&gt;</code>. Every request carries a key:
<code>apikey: &lt;key&gt;</code>. What is shown here is what the operator's key may do; a key of an organization sees its own
rows alone. <code>GET /rest/v1/</code> with a key answers the same as an OpenAPI document.</p>`

const SESSION = `<section id="session">
<h2><code>/session</code></h2>
<p><code>POST</code> with <code>{"key": …}</code> or, for a link from <code>rpc/create_portal_session</code>,
<code>{"token": …}</code> signs a browser in by a cookie, which <code>/rest/v1</code> then takes instead of a key; changes need
the header <code>X-Webhooks-Session: 1</code> beside it. <code>GET</code> shows the session, <code>DELETE</code> ends it.</p>
</section>
`

const KEY_SET = `<section id="${KEY_SET_PATH.slice(1)}">
<h2><code>${KEY_SET_PATH}</code></h2>
<p><code>GET</code> gives the public keys that verify requests of webhooks with the signature type <code>ed25519</code>, as
a JWK set. It needs no key, may be cached for five minutes, and has an <code>ETag</code>.</p>
</section>
`

const STYLE = `
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent) }
  body { font: 1rem/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; display: grid;
    grid-template-columns: minmax(12rem, 16rem) 1fr; gap: 2rem }
  nav { position: sticky; top: 1rem; align-self: start; max-height: calc(100vh - 2rem); overflow: auto }
  nav h2 { font-size: 1rem; margin: 0 0 .25rem }
  nav ul { list-style: none; margin: 0 0 1rem; padding: 0 }
  main { min-width: 0 }
  section { border-top: 1px solid var(--line); margin-top: 2rem }
  code { font-family: ui-monospace, monospace; font-size: .92em; overflow-wrap: anywhere }
  .scroll { overflow-x: auto }
  table { border-collapse: collapse; width: 100% }
  th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line) }
  @media (max-width: 45rem) { body { display: block } nav { position: static; max-height: none } }
`

function linkTo(name: string): string {
  return `<li><a href="#${escapeHtml(name)}"><code>${escapeHtml(name)}</code></a></li>`
}

function renderTable(table: TableDescription): string {
  const { name, comment, readable, insertable, updatable, isReplaceable, isDeletable, related } = table
  const methods = [
    readable.length > 0 ? ['GET', 'HEAD'] : [],
    insertable.length > 0 ? ['POST'] : [],
    updatable.length > 0 ? ['PATCH'] : [],
    isReplaceable ? ['PUT'] : [],
    isDeletable ? ['DELETE'] : [],
  ].flat()
  const columns = new Map([...readable, ...insertable, ...updatable].map((column) => [column.name, column]))
  const has = (list: TableDescription['readable'], column: string): string =>
    list.some((candidate) => candidate.name === column) ? 'yes' : ''
  const rows = [...columns.values()].map(
    (column) =>
      `<tr><th scope="row"><code>${escapeHtml(column.name)}</code></th><td>${escapeHtml(formatType(describeColumn(name, column)))}</td>` +
      `<td>${has(readable, column.name)}</td><td>${has(insertable, column.name)}</td><td>${has(updatable, column.name)}</td></tr>`,
  )
  const embedded = related.map(
    ({ name: other, isOne }) => `<code>${escapeHtml(other)}</code> (${isOne ? 'one' : 'several'})`,
  )
  return `<section id="${escapeHtml(name)}">
<h2><code>/rest/v1/${escapeHtml(name)}</code></h2>
<p>${comment === null ? '' : `${escapeHtml(comment)}. `}${methods.map((method) => `<code>${method}</code>`).join(' ')}</p>
${embedded.length === 0 ? '' : `<p>Related rows: ${embedded.join(', ')}</p>`}
<div class="scroll"><table>
<thead><tr><th scope="col">column</th><th scope="col">type</th><th scope="col">read</th><th scope="col">insert</th><th scope="col">change</th></tr></thead>
<tbody>${rows.join('')}</tbody>
</table></div>
</section>
`
}

function renderFunction(name: string, { components }: OpenApiDocument): string {
  const schema = components.schemas[`${name}.arguments`] ?? {}
  const required = (schema['required'] ?? []) as string[]
  const rows = listProperties(schema).map(
    ([argument, type]) =>
      `<tr><th scope="row"><code>${escapeHtml(argument)}</code></th><td>${escapeHtml(formatType(type))}</td>` +
      `<td>${required.includes(argument) ? 'yes' : ''}</td></tr>`,
  )
  const result = components.schemas[`${name}.result`] ?? {}
  const fields = ((result['anyOf'] as JsonSchema[] | undefined) ?? [result])
    .flatMap(listProperties)
    .map(
      ([field, type]) =>
        `<tr><th scope="row"><code>${escapeHtml(field)}</code></th><td>${escapeHtml(formatType(type))}</td>` +
        `<td>${escapeHtml(typeof type['description'] === 'string' ? type['description'] : '')}</td></tr>`,
    )
  return `<section id="rpc/${escapeHtml(name)}">
<h2><code>POST /rest/v1/rpc/${escapeHtml(name)}</code></h2>
<div class="scroll"><table>
<thead><tr><th scope="col">argument</th><th scope="col">type</th><th scope="col">needed</th></tr></thead>
<tbody>${rows.join('')}</tbody>
</table></div>
<div class="scroll"><table>
<thead><tr><th scope="col">result</th><th scope="col">type</th><th scope="col">meaning</th></tr></thead>
<tbody>${fields.join('')}</tbody>
</table></div>
</section>
`
}

const listProperties = (schema: JsonSchema): [string, JsonSchema][] =>
  Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)

function formatType({ type, format, items, anyOf }: JsonSchema): string {
  if (Array.isArray(anyOf)) return (anyOf as JsonSchema[]).map(formatType).join(' or ')
  const names = [type ?? 'any'].flat() as string[]
  const inside = items === undefined ? '' : ` of ${formatType(items as JsonSchema)}`
  return `${typeof format === 'string' ? `${names[0]} (${format})` : names[0]}${inside}${names.includes('null') ? ', or null' : ''}`
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replaceAll(/[&<>"]/g, (character) => entities[character]!)
}
