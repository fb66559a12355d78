import { messageOf } from '../../errors.ts'
import type { ReceivedRequest } from './listen.ts'

/** They belong to the connection that they came by. */
const OF_THE_CONNECTION = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'])

/** Sends a request on, with the bytes and headers that it came with, so that its signature still holds. */
export async function forwardTo(
  target: string,
  { headers, method }: ReceivedRequest,
  body: Buffer,
): Promise<[status: number, text: string]> {
  const passed = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name))
  try {
    const response = await fetch(target, {
      method,
      headers: passed.map(([name, value]): [string, string] => [name, String(value)]),
      ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
      redirect: 'manual',
    })
    return [response.status, await response.text()]
  } catch (error) {
    const { cause } = error as { cause?: unknown }
    return [502, `${target} cannot be reached: ${messageOf(cause ?? error)}`]
  }
}
