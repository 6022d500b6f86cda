/** Which of a client's headers go with a path that is passed on, and which are the gateway's, the connection's or somebody's credential. */

type Headers = Readonly<Record<string, string>>

/** Connection (RFC 9110 §7.6.1), proxies on the way, browsers, tracing that ends here; and what makes another method of the one that was judged. */
const staying =
  /^(?:x-portkey-.*|host|connection|keep-alive|te|trailer|upgrade|transfer-encoding|content-length|expect|accept-encoding|proxy-.*|cookie2?|origin|referer|sec-.*|forwarded|via|x-forwarded-.*|x-real-ip|true-client-ip|cdn-loop|cf-.*|cloudfront-.*|x-amz-cf-id|x-amzn-(?!bedrock).*|x-envoy-.*|baggage|traceparent|tracestate|priority|x-http-method(?:-override)?|x-method-override)$/

/** Where clients of providers put their keys, and what goes into signatures. */
const credentials =
  /^(?:authorization|x-api-key|api-key|x-goog-api-key|x-amz-(?:date|security-token|content-sha256|target)|x-auth-token)$/

/** `secrets` are never passed on, whatever header holds them. */
export function passedHeaders(headers: Headers, secrets: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) =>
        !staying.test(name) && !credentials.test(name) && !secrets.some((secret) => value.includes(secret)),
    ),
  )
}
