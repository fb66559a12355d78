import { withoutSecrets } from './auth-draft.ts'
import type { Draft } from './draft.ts'
import { isSame } from './draft.ts'

/*
 * What is typed survives the end of a session and a reload. In memory a draft is complete; in the tab's storage, which other
 * scripts of this origin can read, it has neither secrets nor the values of headers.
 */
const PREFIX = 'webhooks.draft.'
const drafts = new Map<string, Draft>()

export function keepDraft(name: string, draft: Draft): void {
  drafts.set(name, draft)
  const headers = draft.headers?.map((header) => ({ ...header, value: '' }))
  const auth = draft.auth && withoutSecrets(draft.auth)
  store(name, JSON.stringify({ ...draft, headers, auth, secret: '' }))
}

export function dropDraft(name: string): void {
  drafts.delete(name)
  store(name, undefined)
}

/** @returns the kept draft; undefined if there is none, or it has the initial content */
export function findDraft(name: string, initial: Draft): Draft | undefined {
  const draft = drafts.get(name) ?? readStored(name, initial)
  return draft === undefined || isSame(draft, initial) ? undefined : draft
}

function readStored(name: string, initial: Draft): Draft | undefined {
  try {
    const stored = sessionStorage.getItem(PREFIX + name)
    // Of another version of the page, a draft may lack fields.
    return stored === null ? undefined : { ...initial, ...(JSON.parse(stored) as Partial<Draft>) }
  } catch {
    return undefined
  }
}

/** Storage may be full or forbidden, for example in a frame: the draft in memory is enough then. */
function store(name: string, text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(PREFIX + name)
    else sessionStorage.setItem(PREFIX + name, text)
  } catch {
    // Nothing else to do.
  }
}
