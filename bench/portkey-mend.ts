/** Preloaded into the peer for the stream rows only: gives its upstream answers changeable headers, without which the peer, as npm resolves it today, answers 500 to every stream. */
const original = globalThis.fetch

globalThis.fetch = async (...given) => {
  const response = await original(...given)
  Object.defineProperty(response, 'headers', { value: new Headers(response.headers) })
  return response
}
