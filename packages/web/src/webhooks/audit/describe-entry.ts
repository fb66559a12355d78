import type { AuditEntry } from '../../api/audit-log.ts'
import { t, textFor } from '../../messages/index.ts'

/** What happened: the server's name of the action, such as `webhook.updated`, in the user's words. */
export const describeAction = (action: string): string =>
  textFor(t.audit.actions, action.replace(/^webhook\./, '')) ?? action

/** Who did it, by name where there is one: the entry keeps the name of a key that is deleted later. */
export function describeActor({ actor_kind: kind, actor_id: id, actor_name: name }: AuditEntry): string {
  const { audit } = t
  switch (kind) {
    case 'service_key':
      return audit.operator
    case 'api_key':
      return name === null ? audit.keyId({ id: id ?? '' }) : audit.key({ name })
    case 'jwt':
      return audit.user({ id: name ?? id ?? '' })
    case 'session':
      return name === null ? audit.sessionUnknown : describeSession(name)
    case 'engine':
      return audit.system
    case 'cli':
      return audit.commandLine
    default:
      return name === null ? audit.databaseUnknown : audit.database({ name })
  }
}

/** The server's words for how a session was opened. */
const SESSION = /^(opened with|by a link made with) (.*)$/s

function describeSession(name: string): string {
  const { session, link, openers } = t.audit
  const [, how, by = name] = SESSION.exec(name) ?? []
  const opener = textFor(openers, by) ?? by
  return how === 'by a link made with' ? link({ opener }) : session({ opener })
}

/** A column whose value changed. `isHidden`: the log does not have what changed, because it is secret. */
export interface FieldChange {
  name: string
  label: string
  before: unknown
  after: unknown
  isHidden: boolean
}

/** What follows from another change of the same entry. */
const FOLLOWS: Readonly<Record<string, string>> = { secret_hint: 'secret' }

export function listChanges({ changed, old_values: before, new_values: after }: AuditEntry): FieldChange[] {
  return changed
    .filter((name) => FOLLOWS[name] === undefined || !changed.includes(FOLLOWS[name]))
    .map((name) => ({
      name,
      label: textFor(t.audit.fields, name) ?? name,
      before: before[name],
      after: after[name],
      isHidden: isHidden(before, after, name),
    }))
}

/** Of a secret the log has only the name, and of the query of a URL nothing: the rest of the URL is the same then. */
function isHidden(before: AuditEntry['old_values'], after: AuditEntry['new_values'], name: string): boolean {
  if (!Object.hasOwn(before, name) && !Object.hasOwn(after, name)) return true
  return name === 'url' && before[name] === after[name]
}
