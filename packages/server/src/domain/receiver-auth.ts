/** How requests authenticate themselves at the endpoint beside their signature, as sealed in `sealed_auth`. */
export type ReceiverAuth = OAuth2Client | ClientCertificate

/** The client credentials of OAuth 2.0 (RFC 6749, 4.4). */
export interface OAuth2Client {
  type: 'oauth2'
  token_url: string
  client_id: string
  client_secret: string
  /** Names separated by a space. */
  scope?: string | undefined
  /** The API that the token is for; some servers issue none without it. */
  audience?: string | undefined
}

/** For mutual TLS. */
export interface ClientCertificate {
  type: 'mtls'
  /** PEM: the certificate, followed by its intermediates. */
  certificate: string
  /** PEM, unencrypted. */
  key: string
}
