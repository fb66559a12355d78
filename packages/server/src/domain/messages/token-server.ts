/** What is said of a connection to an endpoint, said of one to a token server. */
export function aboutTokenServer<Text extends string>(text: Text): Text {
  return text
    .replaceAll(/\b(Your|your|The|the) (endpoint|server)\b/g, (_, article: string) =>
      /^[YT]/.test(article) ? 'The token server' : 'the token server',
    )
    .replaceAll("the webhook's URL", 'the token URL')
    .replaceAll('in the URL', 'in the token URL') as Text
}
