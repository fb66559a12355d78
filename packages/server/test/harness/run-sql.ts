import { text } from 'node:stream/consumers'
import { Client } from 'pg'

/** Runs SQL as `psql <url> -c <sql>` and `psql <url> < file` do. */
const [url, flag, sql] = process.argv.slice(2)
const client = new Client({ connectionString: url })
await client.connect()
await client.query(flag === '-c' ? sql! : await text(process.stdin))
await client.end()
