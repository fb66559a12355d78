import { phrase } from '../../domain/messages/phrase.ts'
import { readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { ApiError } from '../../domain/errors.ts'
import { PAGES, SOURCES, readPage, readTitles } from './contents.ts'
import { GUIDE, renderPage } from './render-page.ts'

const STYLE = readFileSync(new URL('style.css', import.meta.url), 'utf8')

const TYPES: Readonly<Record<string, string>> = { '.png': 'image/png', '.svg': 'image/svg+xml' }
const HOUR_SECONDS = 3_600

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': `public, max-age=${HOUR_SECONDS}`,
}

/**
 * Serves the guide at `/docs/guide`. Each page of docs/ is rendered on its first request. Needs no key, and runs no
 * script.
 */
export function guide(scope: FastifyInstance): void {
  const made = new Map<string, string>()
  const titles = readTitles()
  const images = new Set(readdirSync(join(SOURCES, 'images')))

  const sendPage = (reply: FastifyReply, name: string): FastifyReply => {
    if (!titles.has(name))
      throw new ApiError(404, 'PGRST125', phrase('error.nothingAt', { path: `${GUIDE}/${name}` }))
    const page = made.get(name) ?? renderPage(name, titles, readPage(name))
    made.set(name, page)
    return reply.headers(HEADERS).type('text/html; charset=utf-8').send(page)
  }

  for (const url of [GUIDE, `${GUIDE}/`]) scope.get(url, (_request, reply) => sendPage(reply, PAGES[0]!))
  scope.get(`${GUIDE}/style.css`, (_request, reply) =>
    reply.headers(HEADERS).type('text/css; charset=utf-8').send(STYLE),
  )
  scope.get<{ Params: { name: string } }>(`${GUIDE}/images/:name`, (request, reply) => {
    const { name } = request.params
    // Only files that existed at the start can be requested.
    if (!images.has(name))
      throw new ApiError(404, 'PGRST125', phrase('error.nothingAt', { path: request.url }))
    const type = TYPES[extname(name)] ?? 'application/octet-stream'
    return reply
      .headers(HEADERS)
      .type(type)
      .send(readFileSync(join(SOURCES, 'images', name)))
  })
  scope.get<{ Params: { name: string } }>(`${GUIDE}/:name`, (request, reply) =>
    sendPage(reply, request.params.name),
  )
}
