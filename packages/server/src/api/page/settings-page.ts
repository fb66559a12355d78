import { phrase } from '../../domain/messages/phrase.ts'
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../../domain/errors.ts'
import type { Locale } from '../../domain/messages/locales.ts'
import type { PortalSettings } from '../../domain/portal/settings.ts'
import { shippedFolder } from '../http/shipped-folder.ts'
import { createPortalFiles } from './portal.ts'
import { preferredLanguage } from './preferred-language.ts'
import { welcomePage } from './welcome-page.ts'

/** The build of packages/web: next to the program in a package, in its build folder in the repository. */
const BUILT = shippedFolder('page', 'packages/web/dist')
const PATH = '/settings/webhooks'
/** In the build: the script of each language. */
const LANGUAGES = 'languages.json'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** Already compressed. */
const INCOMPRESSIBLE = new Set(['.ico', '.png', '.woff2'])
const YEAR_SECONDS = 31_536_000
const toGzip = promisify(gzip)
/** At its best, which is slow, but each file is compressed only once. */
const toBrotli = promisify(brotliCompress)
type Encoding = 'br' | 'gzip'

export interface PageOptions {
  portal: PortalSettings
  /** The build of the page. */
  folder?: string
}

/**
 * Serves the settings page: its files as built, and the page itself at every other path below `/settings/webhooks`,
 * where its own router takes over. Without a build, serves a page that explains the API.
 */
export function settingsPage(scope: FastifyInstance, { portal, folder = BUILT }: PageOptions): void {
  const { stylesheet, addTo, imageOrigins } = createPortalFiles(portal, PATH)
  const headers = pageHeaders(portal.frame_ancestors, imageOrigins)
  scope.get('/', (_request, reply) => reply.redirect(PATH))
  if (!existsSync(join(folder, 'index.html'))) {
    scope.get(PATH, (_request, reply) => reply.type(TYPES['.html']!).send(welcomePage))
    return
  }
  const files = readFiles(folder)
  const pages = createPages(addTo(files.get('index.html')!.content.toString()), readLanguages(files))
  if (stylesheet !== undefined) files.set(stylesheet.path, asFile(stylesheet.path, stylesheet.content))
  const sendFile = async (request: FastifyRequest, reply: FastifyReply, path: string) => {
    const file = path === 'index.html' ? undefined : files.get(path)
    if (file === undefined && path.startsWith('assets/')) {
      throw new ApiError(404, 'PGRST125', phrase('error.nothingAt', { path: `${PATH}/${path}` }))
    }
    const isAsset = file !== undefined && path.startsWith('assets/')
    reply
      .headers(headers)
      .header('cache-control', isAsset ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache')
    if (file !== undefined) return await send(reply, file)
    const { locale } = request.query as { locale?: unknown }
    reply.header('vary', 'accept-language, cookie')
    return await send(reply, pages(preferredLanguage(request.headers, locale)))
  }
  for (const url of [PATH, `${PATH}/`])
    scope.get(url, (request, reply) => sendFile(request, reply, 'index.html'))
  scope.get<{ Params: { '*': string } }>(`${PATH}/*`, (request, reply) =>
    sendFile(request, reply, request.params['*']),
  )
}

/** The scripts of the languages, as the build lists them. */
function readLanguages(files: ReadonlyMap<string, BuiltFile>): Partial<Record<Locale, string>> {
  const listed = files.get(LANGUAGES)
  return listed === undefined ? {} : (JSON.parse(listed.content.toString()) as Record<Locale, string>)
}

/** The page for each language: it names the script of its texts, so that browsers load that with the first one. */
function createPages(
  html: string,
  scripts: Partial<Record<Locale, string>>,
): (language: Locale) => BuiltFile {
  const pages = new Map<Locale, BuiltFile>()
  return (language) => {
    const script = scripts[language]
    const link = script === undefined ? '' : `<link rel="modulepreload" crossorigin href="${PATH}/${script}">`
    const page =
      pages.get(language) ?? asFile('index.html', Buffer.from(html.replace('</head>', `${link}</head>`)))
    pages.set(language, page)
    return page
  }
}

/** Only allows scripts, styles and requests of this server; nothing inline. */
function pageHeaders(
  frameAncestors: readonly string[],
  imageOrigins: readonly string[],
): Record<string, string> {
  const ancestors = frameAncestors.length === 0 ? "'none'" : ["'self'", ...frameAncestors].join(' ')
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      ["img-src 'self' data:", ...imageOrigins].join(' '),
      "connect-src 'self'",
      "font-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      `frame-ancestors ${ancestors}`,
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    // For browsers without support for frame-ancestors.
    ...(frameAncestors.length === 0 ? { 'x-frame-options': 'DENY' } : {}),
  }
}

interface BuiltFile {
  type: string
  content: Buffer
  /** Compressed on the first request for the encoding. */
  packed: Map<Encoding, Promise<Buffer>>
  isPackable: boolean
}

/** Reads all files into memory: a request cannot reach a file that did not exist at the start. */
function readFiles(folder: string): Map<string, BuiltFile> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const file = asFile(entry.name, readFileSync(path))
      return [path.slice(folder.length).replaceAll('\\', '/').replace(/^\//, ''), file]
    }),
  )
}

function asFile(name: string, content: Buffer): BuiltFile {
  const extension = extname(name)
  return {
    type: TYPES[extension] ?? 'application/octet-stream',
    content,
    packed: new Map(),
    isPackable: !INCOMPRESSIBLE.has(extension),
  }
}

async function send(reply: FastifyReply, file: BuiltFile): Promise<FastifyReply> {
  reply.type(file.type)
  if (!file.isPackable) return reply.send(file.content)
  reply.header('vary', [reply.getHeader('vary'), 'accept-encoding'].filter(Boolean).join(', '))
  const encoding = chooseEncoding(reply.request.headers['accept-encoding'])
  if (encoding === undefined) return reply.send(file.content)
  const packed = file.packed.get(encoding) ?? pack(file.content, encoding)
  file.packed.set(encoding, packed)
  return reply.header('content-encoding', encoding).send(await packed)
}

/** What the client refuses by a quality of zero is not accepted. */
function chooseEncoding(accepted = ''): Encoding | undefined {
  const names = accepted
    .split(',')
    .flatMap((entry) => (/;\s*q=0(\.0*)?\s*$/.test(entry) ? [] : [entry.split(';')[0]!.trim()]))
  return (['br', 'gzip'] as const).find((encoding) => names.includes(encoding))
}

const pack = (content: Buffer, encoding: Encoding): Promise<Buffer> =>
  encoding === 'br' ? toBrotli(content) : toGzip(content, { level: 9 })
