/** One thing that `doctor` looked at. */
export interface Finding {
  check: string
  status: 'ok' | 'warning' | 'problem'
  message: string
  /** What to do about it; null when nothing is to be done. */
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
