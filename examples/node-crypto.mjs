// Without any package: node:crypto alone.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const secret = process.env.WEBHOOK_SECRET

function isGenuine(body, header = '') {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  // While a secret is rotated the header holds two signatures; one is enough.
  return header.split(',').some((part) => {
    const given = Buffer.from(part.trim())
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks) // As it came: parsed and written anew it would be other bytes.
  if (!isGenuine(body, request.headers['x-webhook-signature'])) return response.writeHead(401).end()
  response.writeHead(204).end() // Answer first, work afterwards.
  // The same event may come twice: skip an x-webhook-id that you have seen.
  console.log(request.headers['x-webhook-id'], JSON.parse(body).event)
}).listen(Number(process.env.PORT ?? 3000)) // POST /webhook
