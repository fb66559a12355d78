import type { Client, FieldDef, Submittable } from 'pg'

/** What PostgreSQL says about a statement that it has parsed and not run. */
export interface Description {
  /** Type OIDs of the parameters, in order. */
  parameters: number[]
  columns: FieldDef[]
}

/** The part of `pg.Connection` that is used below its public types. */
interface Wire {
  parse(message: { name: string; text: string; types: number[] }): void
  describe(message: { type: 'S'; name: string }): void
  sync(): void
  once(event: 'parameterDescription', listener: (message: { dataTypeIDs: number[] }) => void): void
}

/** Prepares a statement and asks for the types of its parameters and columns, without running it. */
export async function describeStatement(client: Client, text: string): Promise<Description> {
  return await new Promise((resolve, reject) => {
    const description: Description = { parameters: [], columns: [] }
    let failure: Error | undefined
    const question: Submittable & Record<string, unknown> = {
      submit(connection) {
        const wire = connection as unknown as Wire
        wire.once('parameterDescription', ({ dataTypeIDs }) => void (description.parameters = dataTypeIDs))
        wire.parse({ name: '', text, types: [] })
        wire.describe({ type: 'S', name: '' })
        wire.sync()
      },
      handleRowDescription: ({ fields }: { fields: FieldDef[] }) => void (description.columns = fields),
      handleError: (error: Error) => void (failure = error),
      handleReadyForQuery: () => (failure === undefined ? resolve(description) : reject(failure)),
    }
    client.query(question)
  })
}
