import { createSocket } from 'node:dgram'
import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** A name server of the tests' own, on a real socket. */
export interface DnsServer {
  /** `address:port`, as a resolver takes it. */
  address: string
  /** How often the addresses of a name were asked for (its IPv4 ones; both kinds are asked for at once). */
  asked(name: string): number
  close(): Promise<void>
}

const A = 1
const AAAA = 28
const HEADER_BYTES = 12

/** @param answer the addresses of a name, of both families; `time` counts the questions about it, from 0 */
export async function startDnsServer(answer: (name: string, time: number) => string[]): Promise<DnsServer> {
  const asked = new Map<string, number>()
  const current = new Map<string, string[]>()
  const socket = createSocket('udp4')
  socket.on('message', (question, from) => {
    const { name, type, end } = readQuestion(question)
    if (type === A || !current.has(name)) {
      const time = asked.get(name) ?? 0
      asked.set(name, time + 1)
      current.set(name, answer(name, time))
    }
    const addresses = (current.get(name) ?? []).filter((address) => isIPv4(address) === (type === A))
    socket.send(writeAnswer(question.subarray(0, end), type, addresses), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked: (name) => asked.get(name) ?? 0,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let offset = HEADER_BYTES
  for (let length = message[offset]!; length > 0; length = message[offset]!) {
    labels.push(message.toString('latin1', offset + 1, offset + 1 + length))
    offset += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(offset + 1), end: offset + 5 }
}

function writeAnswer(question: Buffer, type: number, addresses: readonly string[]): Buffer {
  const header = Buffer.from(question.subarray(0, HEADER_BYTES))
  header.writeUInt16BE(0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(type === A || type === AAAA ? addresses.length : 0, 6)
  header.writeUInt32BE(0, 8)
  const records = addresses.map((address) => {
    const bytes = Buffer.from(ipaddr.parse(address).toByteArray())
    const record = Buffer.alloc(12)
    // The name of the question, the type, the internet, no time to live.
    record.writeUInt16BE(0xc000 + HEADER_BYTES, 0)
    record.writeUInt16BE(type, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt16BE(bytes.length, 10)
    return Buffer.concat([record, bytes])
  })
  return Buffer.concat([header, question.subarray(HEADER_BYTES), ...records])
}
