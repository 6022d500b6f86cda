/** Which of a client's headers may go to a provider: one rule for those that a request or config names and for those of a path that is passed on. */
import { readProviderSecret, readSecret } from '../../identity/authenticate.ts'

type Headers = Readonly<Record<string, string>>

/** Ours, the connection's (RFC 9110 §7.6.1), and what makes another request of the one that was judged. */
const ownToConnection =
  /^(?:x-portkey-.*|host|connection|keep-alive|te|trailers?|upgrade|transfer-encoding|content-length|expect|accept-encoding|proxy-.*|x-http-method(?:-override)?|x-method-override|x-original-url|x-rewrite-url)$/

/** Where clients put credentials, and what AWS reads as identity, signature or operation: whoever sends these would speak in the gateway's name. */
const credentials =
  /^(?:authorization|x-authorization|x-api-key|api-key|x-goog-api-key|x-auth-token|cookie2?|x-amz-.*|x-amzn-(?!bedrock).*|amz-.*|x-ms-authorization.*|ocp-apim-subscription-key|metadata(?:-flavor)?|x-aws-ec2-metadata-.*|x-identity-header|x-google-metadata-request)$/

/** Of browsers, proxies on the way and tracing that ends here: passed on only where somebody asks for them by name. */
const unasked =
  /^(?:origin|referer|sec-.*|forwarded|via|x-forwarded-.*|x-real-ip|true-client-ip|cdn-loop|cf-.*|cloudfront-.*|x-envoy-.*|baggage|traceparent|tracestate|priority)$/

/** Of the body that the gateway writes. */
const ownToBody = /^content-.*$/

/** Headers for a path that is passed on as it is. */
export function passedHeaders(headers: Headers): Record<string, string> {
  const secrets = secretsIn(headers)
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => !unasked.test(name) && isPassable(name, value, secrets)),
  )
}

/** Those that a request or config lists, less what never leaves; `refused` are the names of these. */
export function namedHeaders(
  names: readonly string[],
  headers: Headers,
): { readonly forwarded: Record<string, string>; readonly refused: readonly string[] } {
  const secrets = secretsIn(headers)
  const present = names.map((name) => name.toLowerCase()).filter((name) => headers[name] !== undefined)
  const isKept = (name: string) => !ownToBody.test(name) && isPassable(name, headers[name] ?? '', secrets)
  return {
    forwarded: Object.fromEntries(present.filter(isKept).map((name) => [name, headers[name] ?? ''])),
    refused: present.filter((name) => !isKept(name)),
  }
}

/** The gateway's key, and a provider's that came beside it: no other header may hold them. */
export function secretsIn(headers: Headers): readonly string[] {
  return [readSecret(headers), readProviderSecret(headers)].filter((each) => each !== undefined)
}

function isPassable(name: string, value: string, secrets: readonly string[]): boolean {
  return !ownToConnection.test(name) && !credentials.test(name) && !secrets.some((secret) => value.includes(secret))
}
