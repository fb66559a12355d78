import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { sharedNow } from '../wait.ts'

/**
 * A minimal HTTP/1.1 server: a head ends with an empty line, a body has a Content-Length. The parent process requests
 * its counts over IPC.
 */
const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok')
const HEAD_END = Buffer.from('\r\n\r\n')

const recordsArrivals = process.argv.includes('--record')
let answered = 0
let arrivals: [id: string, at: number][] = []

function onConnection(socket: Socket): void {
  let pending: Buffer | undefined
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    let bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk])
    for (;;) {
      const headEnd = bytes.indexOf(HEAD_END)
      if (headEnd === -1) break
      const head = bytes.toString('latin1', 0, headEnd)
      const end = headEnd + HEAD_END.length + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      if (bytes.length < end) break
      onRequest(socket, head)
      bytes = bytes.subarray(end)
    }
    pending = bytes.length > 0 ? bytes : undefined
  })
}

function onRequest(socket: Socket, head: string): void {
  if (head.startsWith('POST /hang')) return
  answered += 1
  if (recordsArrivals) {
    const id = /\r\nx-webhook-id: *([^\r]+)/i.exec(head)?.[1]
    if (id !== undefined) arrivals.push([id, sharedNow()])
  }
  socket.write(ANSWER)
}

const server = createServer(onConnection)
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', (runQuery) => {
  if (runQuery === 'count') process.send?.({ count: answered })
  else process.send?.({ arrivals: arrivals.splice(0) })
})
process.on('disconnect', () => process.exit())
