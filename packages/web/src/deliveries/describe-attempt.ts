interface AttemptTexts {
  readonly success: string
  readonly failed: string
  readonly successCode: (parameters: { code: string }) => string
  readonly failedCode: (parameters: { code: string }) => string
}

/** Says how an attempt ended in the texts given, with the response code if there was a response. */
export function describeAttempt(texts: AttemptTexts, status: string, code: number | null): string {
  const isOk = status === 'success'
  if (code === null) return isOk ? texts.success : texts.failed
  return (isOk ? texts.successCode : texts.failedCode)({ code: String(code) })
}
