// An app with its own sign-in that shows the settings page of ConnectGain Webhooks inside: see README.md.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createClient } from '@connectgain/webhooks-client'

const { PORT = '3000', WEBHOOKS_URL = 'http://localhost:4600', SERVICE_KEY = '', ORGANIZATION_ID = '' } = process.env
// Where this server reaches the API, if not where browsers find it.
const API_URL = process.env.WEBHOOKS_API_URL ?? WEBHOOKS_URL
const client = createClient({ url: API_URL, key: SERVICE_KEY })
const SESSION_SECONDS = Number(process.env.SESSION_SECONDS ?? '900')

// Your users, with the organization that each belongs to.
const USERS = new Map([['ada', { password: 'correct horse', organization: ORGANIZATION_ID }]])
const sessions = new Map()

const element = new URL('.', import.meta.resolve('@connectgain/webhooks-elements'))
const FILES = {
  '/app.js': ['text/javascript', new URL('app.js', import.meta.url)],
  '/app.css': ['text/css', new URL('app.css', import.meta.url)],
}

const server = createServer(async (request, response) => {
  try {
    await route(request, response, new URL(request.url, 'http://app.invalid'))
  } catch (error) {
    console.error(error)
    response.writeHead(500).end('Something went wrong.')
  }
})
server.listen(Number(PORT), '127.0.0.1', () => console.log(`The app is at http://localhost:${server.address().port}`))

async function route(request, response, { pathname, searchParams }) {
  const user = sessions.get(/(?:^|; )app=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1])
  if (request.method === 'GET' && pathname === '/webhooks') {
    // `return_to` comes with people whose session has ended: see PORTAL_REFRESH_URL.
    return sendPage(response, user === undefined ? signInForm() : webhooks(searchParams.get('return_to') ?? ''))
  }
  if (request.method === 'GET' && (FILES[pathname] ?? /^\/element\/[\w-]+\.js$/.test(pathname))) {
    const [type, file] = FILES[pathname] ?? ['text/javascript', new URL(pathname.slice(9), element)]
    return response.writeHead(200, { 'content-type': type }).end(readFileSync(file))
  }
  // Only pages of this app may do the rest.
  if (request.method !== 'POST' || request.headers['sec-fetch-site'] !== 'same-origin') {
    return response.writeHead(pathname === '/' ? 302 : 404, { location: '/webhooks' }).end()
  }
  if (pathname === '/sign-in') return await signIn(request, response)
  if (pathname === '/webhooks-session') return await createSession(response, user)
  return response.writeHead(404).end()
}

async function signIn(request, response) {
  const { name = '', password = '' } = Object.fromEntries(new URLSearchParams(await readBody(request)))
  const user = USERS.get(name)
  if (user === undefined || !isSame(password, user.password)) {
    return sendPage(response, signInForm('This is not right.'), 401)
  }
  const id = randomBytes(24).toString('base64url')
  sessions.set(id, user)
  // The form was shown at the address that the user wanted.
  const back = new URL(request.headers.referer ?? '/webhooks', 'http://app.invalid')
  const cookie = `app=${id}; Path=/; HttpOnly; SameSite=Lax`
  response.writeHead(303, { 'set-cookie': cookie, location: `/webhooks${back.search}` }).end()
}

/** What the element asks for: the server knows who the user is, and the service key never leaves it. */
async function createSession(response, user) {
  if (user === undefined) return response.writeHead(401).end()
  const call = { organization_id: user.organization, expires_in: SESSION_SECONDS }
  const { token } = await client.createPortalSession(call)
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify({ token }))
}

const signInForm = (problem = '') => `<h1>Sign in to Acme</h1><p role="alert">${problem}</p>
<form method="post" action="/sign-in">
  <label>Name <input name="name" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Sign in</button>
</form>`

const webhooks = (returnTo) => `<h1>Acme</h1>
<p>
  <label>Theme <select id="theme"><option>light</option><option>dark</option></select></label>
  <label>Language <select id="language"><option>en</option><option>es</option><option>de</option></select></label>
  <button id="deliveries">All deliveries</button>
  <output id="where"></output>
</p>
<connectgain-webhooks src="${WEBHOOKS_URL}" path="${escape(returnTo.replace(/^\/settings\/webhooks/, ''))}"
  theme="light" locale="en"></connectgain-webhooks>
<footer>The end of the page</footer>
<script type="module" src="/app.js"></script>`

/** The element needs `frame-src`, and nothing that is inline. */
const POLICY = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src ${new URL(WEBHOOKS_URL).origin}`

function sendPage(response, body, status = 200) {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    // The form tells its own address, and other sites learn none.
    'referrer-policy': 'same-origin',
  })
  response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Acme</title>
<link rel="stylesheet" href="/app.css"></head><body>${body}</body></html>`)
}

async function readBody(request) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > 10_000) throw new Error('the body is too long')
  }
  return text
}

const isSame = (one, other) => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const escape = (text) => text.replaceAll(/[&"<>]/g, (found) => `&#${found.codePointAt(0)};`)
