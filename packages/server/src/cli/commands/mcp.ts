import type { Client } from '@connectgain/webhooks-client'
import { Command } from 'commander'
import type { ConnectionFlags } from '../client/api.ts'
import { withConnection } from '../client/api.ts'
import { withApi } from '../client/run.ts'

interface Flags extends ConnectionFlags {
  write?: boolean
}

export function mcpCommand(): Command {
  return withConnection(
    new Command('mcp').description(
      'serve the Model Context Protocol on standard input and output, for an assistant of a support engineer',
    ),
  )
    .option('--write', 'also offer tools that retry, test and check')
    .action(withApi(serve))
}

/** Loaded when it is needed: the protocol's library is large. */
async function serve(api: Client, { write = false }: Flags): Promise<void> {
  const { serveMcp } = await import('../mcp/serve-mcp.ts')
  await serveMcp(api, write)
}
