/** Rows of one statement. On the one connection of PGlite, requests wait for the batch; PostgreSQL amortizes a commit over more rows. */
export const MAX_BATCH = { pglite: 200, postgresql: 500 }
