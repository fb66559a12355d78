import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The suite starts the program a hundred times: a third of a start is reading the same sources. */
export const COMPILE_CACHE = process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'connectgain-compile-cache')
