import { readFileSync } from 'node:fs'
import { request as forward } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

const tls = (name: string): Buffer =>
  readFileSync(new URL(`../../../server/test/harness/tls/${name}`, import.meta.url))

export interface HttpsServer {
  port: number
  close(): Promise<void>
}

/** A server for browsers that ignore who signed its certificate. `localhost` and `127.0.0.1` are two sites to them. */
export async function serveHttps(listener: RequestListener): Promise<HttpsServer> {
  const server = createServer({ key: tls('localhost.key'), cert: tls('localhost.pem') }, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The proxy that ends TLS, as in front of a real installation. @param target what is behind it, by the time of a request */
export async function serveProxy(target: () => string): Promise<HttpsServer> {
  return await serveHttps((request, response) => {
    const { method, headers, url } = request
    const onward = forward(
      new URL(url ?? '/', target()),
      { method, headers: { ...headers, 'x-forwarded-proto': 'https' } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
}
