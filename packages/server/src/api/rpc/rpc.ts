import { phrase } from '../../domain/messages/phrase.ts'
import type { z } from 'zod'
import type { AttemptRecorder } from '../../domain/attempt.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Connection, Database } from '../../database/database.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import type { MailSettings } from '../../maintenance/alert-mails/compose-mail.ts'
import type { Mailer } from '../../maintenance/alert-mails/mailer.ts'
import type { Sender } from '../../sender/send.ts'
import type { Transforms } from '../../transforms/transforms.ts'
import { readMessages } from '../../domain/messages/server-message.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Tracing } from '../../observability/tracing.ts'
import type { SecretBox } from '../../secrets/secret-box.ts'
import type { OpenTarget } from '../../domain/webhook.ts'
import { runAs } from '../../database/act-as.ts'
import type { FunctionAccess } from '../auth/access.ts'
import type { Caller } from '../auth/authenticate.ts'
import type { DatabaseShares } from '../../database/database-shares.ts'
import type { Principal } from '../../domain/principal.ts'
import type { WindowCounter } from '../limits/window-counter.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { parseRow } from '../tables/field-problems.ts'
import type { attempt as attemptResult } from './results.ts'
import type { BoundStatement } from '../../database/statement.ts'

/** The dependencies of the functions. */
export interface RpcContext {
  database: Database
  /** The database of the CRM: `database`, unless that is a log database of its own. */
  crm: Database
  shares: DatabaseShares
  clock: Clock
  sender: Sender
  recorder: AttemptRecorder
  openTarget: OpenTarget
  box: SecretBox
  sessions: SessionStore
  retrySchedule: readonly number[]
  /** Timeout in milliseconds for webhooks that set none. */
  deliveryTimeoutMs: number
  tracing: Tracing
  transforms: Transforms
  alerts: AlertContext
  checkups: CheckupContext
}

/** What test alerts need. */
export interface AlertContext {
  /** Undefined without a mail server. */
  mailer: Mailer | undefined
  settings: MailSettings
  /** Counts them by organization. */
  tests: WindowCounter
}

/** What check-ups of endpoints need. */
export interface CheckupContext {
  /** One without connections, so that the first request of a check-up shows how one is made. */
  createSender(): Sender
  /** Whether a URL is that of a test inbox of this server. */
  isInbox(url: string): boolean
  /** Counts them by organization. */
  counter: WindowCounter
}

/** The request that calls a function. */
export interface RpcCall {
  caller: Caller
  /** Scheme, host and port of this server, as the client sees it. */
  origin: string
  /** The body as sent; '' for none. */
  text: string
  /**
   * Stores the result of a call with an `Idempotency-Key`. A function calls it last in the transaction of its effect: after a
   * crash, a repeated call then finds either both or neither.
   */
  keep(connection: Connection, result: unknown): Promise<void>
}

export interface RpcFunction {
  access: FunctionAccess
  /** Schema of the body. */
  input: z.ZodType
  /** Schema of the result, for the OpenAPI document. */
  output: z.ZodType
  run(context: RpcContext, body: unknown, principal: Principal, call: RpcCall): Promise<unknown>
}

/**
 * Defines a function of `/rest/v1/rpc/`: its access, the schema of its body, which refuses unknown arguments, and the schema of
 * its result. A function finds its rows as the caller (`readAs`, `findVisible`) before it changes them as the owner.
 */
export function defineFunction<Input, Output>(
  access: FunctionAccess,
  input: z.ZodType<Input>,
  output: z.ZodType<Output>,
  run: (context: RpcContext, input: Input, principal: Principal, call: RpcCall) => Promise<Output>,
): RpcFunction {
  return {
    access,
    input,
    output,
    run: (context, body, principal, call) => run(context, parseRow(input, body), principal, call),
  }
}

/** Describes an attempt in the response of a function that sent one. */
export function describeAttempt(attempt: AttemptRecord): z.infer<typeof attemptResult> {
  const { status, response_code, duration_ms, response_body, error_message, diagnosis, id } = attempt
  const codes = readMessages({ error_message, diagnosis })
  return { status, response_code, duration_ms, response_body, error_message, diagnosis, codes, log_id: id }
}

/** Reads with the caller's rights: other organizations' rows do not exist. */
export async function readAs<R extends object>(
  context: RpcContext,
  principal: Principal,
  query: BoundStatement<R>,
): Promise<R[]> {
  return await runAs(
    context,
    principal,
    'read only',
    async (connection) => (await connection.query(...query)).rows,
  )
}

/**
 * Reads the row with this id, with the caller's rights.
 * @throws ApiError 404
 */
export async function findVisible<R extends object>(
  context: RpcContext,
  principal: Principal,
  what: 'webhook' | 'delivery' | 'redelivery' | 'event',
  findById: (params: { id: string }) => BoundStatement<R>,
  id: string,
): Promise<R> {
  const [row] = await readAs(context, principal, findById({ id }))
  if (row === undefined)
    throw new ApiError(404, 'P0002', phrase(`error.no.${what}`, { id }), { details: `${what}_id` })
  return row
}
