// npm install @connectgain/webhooks-receiver
import { createServer } from 'node:http'
import { verifyWebhook } from '@connectgain/webhooks-receiver'

const secret = process.env.WEBHOOK_SECRET

createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  try {
    // Checks x-webhook-signature and webhook-signature over the raw body.
    const event = await verifyWebhook({ body, headers: request.headers, secret })
    response.writeHead(204).end() // Answer first, work afterwards.
    // The same event may come twice: skip an x-webhook-id that you have seen.
    console.log(request.headers['x-webhook-id'], event.event, event.data)
  } catch {
    response.writeHead(401).end()
  }
}).listen(Number(process.env.PORT ?? 3000)) // POST /webhook
