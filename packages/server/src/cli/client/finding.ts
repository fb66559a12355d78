/** The result of one check of `doctor`. */
export interface Finding {
  check: string
  /** `skipped`: in a check-up of an endpoint, not tried. */
  status: 'ok' | 'warning' | 'problem' | 'skipped'
  message: string
  /** How to fix it; null if there is nothing to fix. */
  fix: string | null
}

export const ok = (check: string, message: string): Finding => ({ check, status: 'ok', message, fix: null })
export const warning = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'warning',
  message,
  fix,
})
export const problem = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'problem',
  message,
  fix,
})
